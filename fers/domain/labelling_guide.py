"""What annotators are told about the eight expressions, as long as a study's owner has written nothing else."""

# In our own words, after what these say can be seen of each expression:
# - P. Ekman, W. V. Friesen, J. C. Hager: Facial Action Coding System, Investigator's Guide, 2002 (which muscles move);
# - D. Matsumoto, P. Ekman: The relationship among expressions, labels, and descriptions of contempt, Journal of
#   Personality and Social Psychology 87, 2004 (contempt shows on one side);
# - A. Mollahosseini, B. Hasani, M. H. Mahoor: AffectNet, IEEE Trans. on Affective Computing 10, 2019 (the classes);
# - L. F. Barrett and others: Emotional expressions reconsidered, Psychological Science in the Public Interest 20, 2019
#   (a face does not tell what somebody feels, so annotators are asked what it shows).
STARTING_GUIDE = """\
Say what the face **shows**, whatever the person may feel. Look at the whole face, then trust your first impression.

- **Neutral**: at rest. Nothing is raised, pulled down or drawn together.
- **Happy**: the corners of the mouth go up and back, the cheeks rise. Often small wrinkles beside the eyes.
- **Sad**: the inner ends of the eyebrows go up, the lids are heavy, the corners of the mouth go down.
- **Surprise**: eyebrows high and round, eyes wide, the jaw drops. The mouth hangs loose.
- **Fear**: eyebrows up and drawn together, eyes wide, the lips tense and stretched sideways.
- **Disgust**: the nose wrinkles or the upper lip goes up, as at a bad smell.
- **Anger**: eyebrows down and together, a hard stare, the lips pressed tight or bared.
- **Contempt**: one corner of the mouth tightens and goes up, the other stays.

Easily confused: surprise has a loose mouth, fear a tense one; disgust is in the nose and lip, anger in the brows and \
eyes; a smile on one side only is contempt.

**Two at once?** Say the main one and “a little” of the other. **Can't tell**: it is hidden, blurred, or none of the \
eight. **Not a face**: there is none, or a drawing, a mask or a statue. **Flag**: something else is wrong.
"""
