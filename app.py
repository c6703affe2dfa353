"""The frame: page configuration, navigation, the page, and the sidebar beside it."""

import streamlit as st

from pointwise.ui.frame import address, callbacks, desk, ending, navigation, startup, visitor
from pointwise.ui.links import incoming

st.set_page_config(page_icon=navigation.FAVICON, layout="wide")  # a title here would hide the pages' own

ending.watch()
callbacks.finish()
page = navigation.start()
navigation.look()
desk.restore()
incoming.take(page.url_path)
bare = address.bare()
frame = st if bare else st.sidebar
beside, foot = frame.container(), frame.container()
with foot:
    visitor.watch()
incoming.say()
above = incoming.place_of_share()
if startup.loaded():
    from pointwise.ui.training import session_run

    session_run.see()
page.run()
navigation.name()
with beside:
    if bare:
        startup.begin()
    elif page.url_path == navigation.FIRST_PAGE and not startup.loaded():
        st.skeleton(height=320)  # that page asks for another run as soon as torch is there
    else:
        startup.wait()
        if page.url_path == "regression":
            from pointwise.ui.regression import house_training

            house_training.in_sidebar()
        else:
            from pointwise.ui.training import sidebar

            sidebar.digits(folded=page.url_path not in navigation.WITH_TRAINING)
        startup.settle()
        navigation.ready()
with above:
    from pointwise.ui.links import share  # only now that the page is on its way

    share.button(page.url_path)
desk.save()
with foot:
    visitor.say()
