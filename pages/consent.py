"""What taking part means, and what exactly somebody agrees to."""

import streamlit as st

from fers.domain.permissions import Action
from fers.ui import guard, next_up
from fers.ui.languages import _, language
from fers.ui.people import consenting, leaving
from fers.ui.people.studies import choose_study
from fers.ui.services import platform
from fers.ui.web.data_export import PRINTED_TEXT, address

actor = guard.enter(Action.GIVE_FACE)
consents, study = platform().consents, platform().studies.current(actor)
latest, is_current = consents.latest(actor), consents.current(actor) is not None
is_asked_again = latest is not None and not is_current
# Whoever is asked again reads what has changed in the language that they agreed in.
text = consents.text(actor, latest.text.language if is_asked_again else language())
given = sum(face.study_id == study.id for face in platform().data_export.faces(actor)) if latest else 0

choose_study(actor)
if is_asked_again:
    consenting.show_what_changed(study, latest.text, text)
else:
    consenting.show(text)
consenting.say_who_translated(study, text)
printed = f"{address(actor, PRINTED_TEXT)}?lang={text.language}"
st.link_button(_("Download this text"), printed, icon=":material/description:")
st.divider()
st.header(_("Your choices"))
st.write(_("Each choice is up to you, and you can change it here whenever you like. “My data” leads here too."))
chosen = consenting.choose(latest, text)
consenting.say_what_it_means(latest, chosen, given)
adult = consenting.is_adult(latest, text)
if is_current:
    button = _("Save my choices")
else:
    button = _("I agree to take part") if latest is None else _("I agree to the changes")
if consenting.save(actor, text, chosen, adult, button, given):
    if not is_current:
        st.switch_page(f"pages/{'live' if st.query_params.get('then') == 'live' else 'give'}.py")
    st.success(_("Your choices have been saved."), icon=":material/check_circle:")
    next_up.show(actor, next_up.OF_PARTICIPANTS)
if latest is None:
    leaving.offer_to_decline(actor, platform().participations.mine(actor))
