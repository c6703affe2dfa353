"""The frame: page configuration, navigation, the page, and the sidebar beside it."""

import streamlit as st

from pointwise.ui import resources, shell

st.set_page_config(page_icon=shell.FAVICON, layout="wide")  # a title here would hide the pages' own

page = shell.start()
page.run()
with st.sidebar:
    if page.url_path == shell.FIRST_PAGE and not resources.loaded():
        st.skeleton(height=320)  # that page asks for another run as soon as torch is there
    else:
        resources.wait()
        if page.url_path == "regression":
            from pointwise.ui.houses import sidebar as prices

            prices.show()
        else:
            from pointwise.ui import sidebar

            sidebar.digits()
        resources.settle()
