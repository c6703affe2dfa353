"""The frame: page configuration, navigation, the page, and the sidebar beside it."""

import streamlit as st

from pointwise.ui import resources, shell

st.set_page_config(page_icon=shell.favicon(), layout="wide")  # a title here would hide the pages' own

page = shell.start()
page.run()
with st.sidebar:
    if page.url_path == "regression":
        from pointwise.ui.houses import sidebar as prices  # imports torch: only now that the page has something to show

        prices.show()
    else:
        from pointwise.ui import sidebar

        sidebar.digits()
resources.settle()
