"""What pages are put together from: errors as sentences, widgets that follow a value, refused uploads, kept values."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def failing() -> None:
    import streamlit as st

    from pointwise.errors import DataError
    from pointwise.ui.frame.sections import section, shown_errors

    @section("part")
    def part() -> None:
        with shown_errors():
            raise DataError("The file is empty.")
        st.write("goes on")
        raise DataError("The column is missing.")

    part()
    st.write("the page, too")


def test_an_error_is_a_sentence_where_it_arises_and_what_stands_after_it_goes_on() -> None:
    app = AppTest.from_function(failing).run()
    assert [error.value for error in app.error] == ["The file is empty.", "The column is missing."]
    assert [text.value for text in app.markdown] == ["goes on", "the page, too"]
    assert not app.exception


def rerunning() -> None:
    import streamlit as st

    from pointwise.ui.frame.sections import Kept, section

    runs = Kept("runs", 0)

    @section("part")
    def part() -> None:
        runs.set(runs.get() + 1)
        if runs.get() == 1:
            st.rerun()
        if runs.get() == 2:
            raise ZeroDivisionError

    part()


def test_neither_a_rerun_nor_a_mistake_in_the_code_is_taken_for_a_sentence() -> None:
    app = AppTest.from_function(rerunning).run()
    assert app.session_state["runs"] == 2
    assert not app.error
    assert len(app.exception) == 1


def uploading() -> None:
    import streamlit as st

    from pointwise.errors import DataError
    from pointwise.ui.frame.sections import upload

    def take(content: bytes, name: str) -> None:
        if not content.startswith(b"good"):
            raise DataError(f"{name} is not good.")
        st.session_state["taken"] = name

    upload("A file", "files", take, lambda: f"{st.session_state.get('taken', 'Nothing')} is still there.")


def test_a_refused_file_is_a_sentence_with_what_is_still_there_until_a_good_one() -> None:
    app = AppTest.from_function(uploading).run()
    app.file_uploader[0].upload("one.txt", b"good", "text/plain").run()
    assert not app.error
    app.file_uploader[0].upload("two.txt", b"bad", "text/plain").run()
    assert [error.value for error in app.error] == ["two.txt is not good. one.txt is still there."]
    app.file_uploader[0].upload("three.txt", b"good", "text/plain").run()
    assert not app.error
    assert app.session_state["taken"] == "three.txt"


def making() -> None:
    import streamlit as st

    from pointwise.ui.frame.sections import Kept, Latest

    made, latest = Kept("made", 0), Latest[str]("latest")

    def make() -> str:
        made.set(made.get() + 1)
        return f"number {made.get()}"

    st.write(latest.of(st.session_state["source"], make))


def test_the_latest_is_made_once_for_each_source() -> None:
    app = AppTest.from_function(making)
    for source, number in (("a", 1), ("a", 1), ("b", 2), ("a", 3)):
        app.session_state["source"] = source
        app.run()
        assert app.markdown[0].value == f"number {number}"


def a_run_that_is_cut_short() -> None:
    import streamlit as st

    from pointwise.ui.frame.sections import press

    if st.session_state.pop("cut", False):
        st.rerun()
    if press("Go", "go"):
        st.session_state["times"] = st.session_state.get("times", 0) + 1


def test_a_press_counts_once_also_where_its_run_is_cut_short() -> None:
    app = AppTest.from_function(a_run_that_is_cut_short).run()
    app.session_state["cut"] = True
    app.button[0].click().run()
    assert app.session_state["times"] == 1
    app.run()
    assert app.session_state["times"] == 1


def following() -> None:
    import streamlit as st

    from pointwise.ui.frame.sections import Kept, following

    number, taken = Kept("number", 1), Kept("taken", 0)

    def take(new: int) -> None:
        number.set(new)
        taken.set(taken.get() + 1)

    st.button("Ten", on_click=number.set, args=(10,))
    follows = following("field", number.get(), take)
    st.number_input("Number", value=number.get(), **follows)
    st.session_state["follows"] = follows


def test_a_widget_that_follows_a_value_is_another_one_once_that_was_changed_elsewhere() -> None:
    app = AppTest.from_function(following).run()
    app.number_input[0].set_value(5).run()
    assert (app.session_state["number"], app.number_input[0].key) == (5, "field")  # and the focus stays in it
    app.button[0].click().run()
    assert (app.number_input[0].value, app.number_input[0].key) == (10, "field.1")
    app.number_input[0].set_value(5).run()
    assert (app.session_state["number"], app.session_state["taken"]) == (5, 2)


def sent_again() -> None:
    import streamlit as st

    from pointwise.ui.frame.sections import following

    follows = following("field", 1, lambda new: st.write(f"taken: {new}"))
    for value in (1, 2, 2, 1):
        st.session_state["field"] = value
        follows["on_change"](*follows["args"])


def test_a_value_that_a_browser_sends_once_more_is_no_change_and_one_that_is_given_again_is() -> None:
    app = AppTest.from_function(sent_again).run()
    assert not app.exception
    assert [text.value for text in app.markdown] == ["taken: 2", "taken: 1"]
