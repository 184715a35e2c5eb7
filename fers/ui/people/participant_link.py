"""How participants come to a study: its link, and the same to scan, for a poster or a screen."""

import io
from urllib.parse import quote

import streamlit as st

from fers.domain.studies import Study
from fers.ui.people.studies import address
from fers.ui.pictures import within_page


def show(study: Study) -> None:
    """The link with the study's code, which anybody can come by for as long as the study is open."""
    st.header("Participants", anchor=False)
    if not study.open:
        st.info("The study is closed. Its link lets nobody in until you open the study under “Opening”.")
    link = f"{address()}/join?code={quote(study.join_code.strip(), safe='')}"
    code, words = st.columns([1, 2], vertical_alignment="center")
    picture = qr_code(link)
    code.image(within_page(picture, "png"), width=180, alt="The link as a QR code")
    with words:
        st.write("Participants join with this link, or by scanning the code with a phone:")
        st.code(link, language=None, wrap_lines=True)
        st.download_button(
            "Download the code for printing",
            picture,
            "participate.png",
            "image/png",
            on_click="ignore",
            icon=":material/qr_code_2:",
        )


def qr_code(link: str) -> bytes:
    """A PNG, black on white, with the quiet border that readers want, large enough to print."""
    import segno

    file = io.BytesIO()
    segno.make_qr(link).save(file, kind="png", scale=16, border=4)
    return file.getvalue()
