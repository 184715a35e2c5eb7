"""Where the emotions lie on the circumplex of valence and arousal (Russell, Journal of Personality and Social
Psychology 39, 1980)."""

from fers.domain.emotions import Emotion

POSITIONS = {
    Emotion.NEUTRAL: (0.0, 0.0),
    Emotion.HAPPY: (0.81, 0.51),
    Emotion.SAD: (-0.63, -0.27),
    Emotion.SURPRISE: (0.40, 0.67),
    Emotion.FEAR: (-0.64, 0.60),
    Emotion.DISGUST: (-0.60, 0.35),
    Emotion.ANGER: (-0.51, 0.59),
    Emotion.CONTEMPT: (-0.24, 0.31),
}
"""Mean pleasure and arousal that people gave to the words "happy", "sad", "surprised", "fearful", "disgusted", "angry"
and "contemptuous" (Russell and Mehrabian, Evidence for a three-factor theory of emotions, Journal of Research in
Personality 11, 1977). Neutral is the origin by definition."""
