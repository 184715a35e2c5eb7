"""Everything somebody gave: see it, download it, withdraw it."""

import streamlit as st

from fers.domain.permissions import Action
from fers.ui import guard, next_up
from fers.ui.languages import _, ngettext
from fers.ui.people import groups, own_account, own_answers, own_faces
from fers.ui.services import platform
from fers.ui.web.data_export import EVERYTHING, PRINTED_CONSENT, address
from fers.ui.words import as_typed

actor = guard.enter(Action.MANAGE_OWN_DATA)

st.title(_("My data"))
faces = platform().data_export.faces(actor)
email = platform().accounts.email_of(actor)
given = ngettext("You have given {count} photo.", "You have given {count} photos.", len(faces))
if email:
    st.write(given, _("You are signed in as **{email}**.", email=as_typed(email)))
elif platform().participations.mine(actor) is not None:
    st.write(given)
else:
    st.write(given, _("You are signed in with your personal code."))
with st.container(horizontal=True, vertical_alignment="center"):
    st.link_button(_("Download everything"), address(actor, EVERYTHING), icon=":material/download:")
    if platform().consents.copy_for(actor):
        st.link_button(_("Download what I agreed to"), address(actor, PRINTED_CONSENT), icon=":material/description:")
        # The texts that people agreed to say that they find it here.
        st.page_link("pages/consent.py", label=_("Change my choices"), icon=":material/tune:")
    own_faces.offer_withdrawal_of_everything(actor)
own_account.show_panel_id(actor)
groups.show(actor)
own_answers.show(actor)
own_account.show(actor, email)
if not faces:
    next_up.show(actor, next_up.OF_PARTICIPANTS)
own_faces.gallery(actor, faces)
