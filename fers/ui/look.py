"""What the theme in `.streamlit/config.toml` can't say about the app's looks."""

from pathlib import Path

import streamlit as st

from fers.ui.widgets import widget

_menu, _connection = widget("menu"), widget("connection", "words")

ICON = Path(__file__).with_name("icon.svg")
"""Streamlit's own icons would make every visitor's browser ask a server on the internet for them."""

ACCENT, GRAY = "#d9623a", "#8c827a"
"""Of plots: can be seen on light and on dark."""

_STYLE = """
<style>
/* People expect to see themselves as in a mirror. Only the preview is turned: the photo is as others see them. */
[data-testid="stCameraInputWebcamStyledBox"] video { transform: scaleX(-1); }
/* Work, and show nothing: with what Streamlit wraps them in, which would leave a gap. */
[data-testid="stLayoutWrapper"]:has(> :is(
  .st-key-fers-cookie, .st-key-fers-menu, .st-key-fers-step, .st-key-fers-wanted, .st-key-uploads, .st-key-at-hand,
  .st-key-fers-page
)) {
  display: none;
}
/* On a narrow screen the menu lies over the page, and this veil over the rest of it: see widgets/menu.js. */
@media (max-width: 768px) {
  .stSidebar[data-collapsed="false"]::after {
    content: ""; position: absolute; inset: 0 auto 0 100%; width: 100vw; background: #0006;
  }
}
/* It says that "Streamlit server is not responding": people are told already, and what it is to them. */
body:has(> .fers-lost) [data-testid="stDialog"] { display: none; }
@media (min-width: 641px) { .st-key-show-filters { display: none; } }
@media (max-width: 640px) { .stMain:has(.st-key-show-filters input:not(:checked)) .st-key-filters { display: none; } }
/* The link under a face lies over its picture too, and so over what Streamlit offers there to enlarge it. */
.stVerticalBlock:has(> .stElementContainer > .stPageLink a[href*="face?id="]) { position: relative; }
.stElementContainer:has(> .stPageLink a[href*="face?id="]) { position: static; }
.stVerticalBlock:has(> .stElementContainer > .stPageLink a[href*="face?id="]) .stElementToolbar { display: none; }
a[href*="face?id="] { padding-inline: 0; }
a[href*="face?id="]::after { content: ""; position: absolute; inset: 0; }
/* What Streamlit writes in a color too near its ground for many to read: small print, and words in the accent. */
[data-testid="stCaptionContainer"] { opacity: 1; color: color-mix(in srgb, currentColor 75%, transparent); }
[data-testid="stSliderThumbValue"], .stButtonGroup [data-selected="true"] { color: inherit !important; }
[data-testid="stBaseButton-tertiary"]:hover { color: inherit !important; text-decoration: underline; }
/* A scale is one row, however many points it has and however narrow the screen is. */
[class*="st-key-scale-"] .stButtonGroup > div { flex-wrap: nowrap; }
[class*="st-key-scale-"] .stButtonGroup button { min-width: 0; padding-inline: 0; }
[data-testid="stCameraInputButton"] { padding: 0.8rem; font-weight: 600; }
/* What is looked at all day begins near the top. */
.st-key-review-head h1 { font-size: 1.35rem; padding: 0; }
.stMainBlockContainer { padding-top: 4.5rem; max-width: 50rem; }
[data-layout="wide"] .stMainBlockContainer { padding: 4.5rem 2rem 3rem; max-width: 96rem; }
@media (max-width: 640px) { .stApp .stMainBlockContainer { padding: 4rem 1rem 3rem; } }
/* Where people read from right to left. Streamlit knows of no such languages. */
[dir="rtl"] :is(.stHeading, .stMarkdown, .stAlert, [data-testid="stCaptionContainer"]) :is(h1, h2, h3, p, li) {
  text-align: start; unicode-bidi: plaintext;
}
[dir="rtl"] .stCode { direction: ltr; }
[dir="rtl"] .stSidebar[data-collapsed="true"] { transform: translateX(100vw) !important; }
[dir="rtl"] :is([data-testid="stSidebarCollapseButton"], [data-testid="stExpandSidebarButton"]) {
  transform: scaleX(-1);
}
[dir="rtl"] .stSidebar[data-collapsed="false"]::after { inset: 0 100% 0 auto !important; }
/* Its edges are drawn for left to right, the outer ones and those that meet. So it is seen in a mirror. */
[dir="rtl"] .stButtonGroup :has(> [data-variant="segmented_control"]) { direction: ltr; transform: scaleX(-1); }
[dir="rtl"] [data-variant="segmented_control"] > * { direction: rtl; transform: scaleX(-1); }
[dir="rtl"] :is([data-testid="stProgressBarTrack"], .stExpander summary [data-testid="stIconMaterial"]) {
  transform: scaleX(-1);
}
</style>
"""


def apply() -> None:
    """Add the style to the page, what closes the menu, and what says that the connection is lost. Called once a run,
    by `app.py`."""
    st.html(_STYLE)
    with st.container(key="fers-menu"):
        _menu(key="menu")
        _connection(key="connection", on_back_change=lambda: None)
