"""Templates that pages share: values in them are text, in HTML and in JSON for a script alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from pointwise.inpage import templates

HOSTILE = '</script><!-- & "it\'s"'


def test_a_value_is_text_in_html_and_in_a_script(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>{{ name }}</p><script>{{ {'b': name, 'a': '×'}|tojson }}</script>")
    assert templates(tmp_path).get_template("page.html").render(name=HOSTILE) == (
        "<p>&lt;/script&gt;&lt;!-- &amp; &#34;it&#39;s&#34;</p>"
        '<script>{"b":"\\u003c/script\\u003e\\u003c!-- \\u0026 \\"it\\u0027s\\"","a":"×"}</script>'
    )


def test_a_page_may_use_those_beside_the_scripts_and_has_to_give_what_they_show(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('{% from "drawing.html" import answer %}{{ answer("class", what) }}')
    assert 'class="answer named"' in templates(tmp_path).get_template("page.html").render(what=True)
    with pytest.raises(UndefinedError):
        templates(tmp_path).get_template("page.html").render()
