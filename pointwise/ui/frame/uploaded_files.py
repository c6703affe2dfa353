"""Files that a browser has sent: Streamlit keeps each in memory until the session ends or another one is chosen.

What a page has taken is kept elsewhere, so it is let go of here. This uses parts of Streamlit that are not promised.
"""

from __future__ import annotations

from typing import Any


def is_gone(file: Any) -> bool:
    """Whether what an uploader holds is a file that was let go of."""
    from streamlit.runtime.uploaded_file_manager import DeletedFile

    return isinstance(file, DeletedFile)


def release(file: Any) -> None:
    """Let go of a file that was taken; its name stays in the uploader."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    remove = getattr(context and context.uploaded_file_mgr, "remove_file", None)
    if context is not None and remove is not None:
        remove(session_id=context.session_id, file_id=file.file_id)
        file.seek(0)
        file.truncate()
