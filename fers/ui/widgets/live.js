// The camera with what the model says of it. Every frame stays in this page, until the button sends one.
const SEARCH_EVERY = 5; // Frames. In between, the face is taken to be where it was: searching takes most of the time.
const SHOWN = 3;
const JPEG_QUALITY = 0.95;
const CAMERA = { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: "user" };

const watching = new WeakMap(); // The page calls the function below anew in every run; the element stays.

export default function ({ parentElement, data, setTriggerValue }) {
  const stage = parentElement.querySelector(".live");
  speak(data, stage);
  const before = watching.get(stage);
  if (before) {
    Object.assign(before, { send: setTriggerValue, expressions: data.expressions });
    if (before.model === data.plan.model.file) return before.stop;
    before.stop();
  }
  const { id, answersId } = data.plan.model;
  const { plan, expressions } = data;
  const session = { model: plan.model.file, says: { id, answersId }, expressions, send: setTriggerValue, stopped: false };
  session.stop = () => {
    session.stopped = true;
    watching.delete(stage);
    release(session);
  };
  watching.set(stage, session);
  watch(stage, plan, session).catch((reason) => {
    release(session);
    if (session.stopped) return;
    console.error(reason);
    note(stage, reason.says ?? _("Your browser can't run the model. Take a single photo below."));
  });
  return session.stop;
}

/** Let go of the camera and of the networks: whoever left, or can't watch, must see the camera's light go out. */
function release(session) {
  session.stream?.getTracks().forEach((track) => track.stop());
  session.eye?.close();
  session.stream = session.eye = null;
}

const part = (name) => import(new URL(`/browser/${name}.js`, location.origin).href);

/** What `promise` brings, which `release` will let go of. Those who left meanwhile go no further. */
async function kept(session, name, promise) {
  session[name] = await promise;
  if (session.stopped) throw new Error("nobody watches any more");
  return session[name];
}

async function watch(stage, plan, session) {
  clear(stage);
  note(stage, _("Getting ready…"));
  const video = stage.querySelector("video");
  video.srcObject = await kept(session, "stream", camera());
  await video.play();
  const [{ openEye }, { smoothed }] = await Promise.all(["eye", "smoothing"].map(part));
  const eye = await kept(session, "eye", openEye(plan));
  const frame = document.createElement("canvas");
  const pen = frame.getContext("2d", { willReadFrequently: true });
  const view = { frames: 0, seen: null, smooth: null, familiarity: null, least: plan.model.output.least_familiarity, at: performance.now(), pace: 0 };
  const button = stage.querySelector("button");
  button.onclick = () => give(button, frame, session, view);
  while (!session.stopped) {
    await nextFrame(video);
    // Whoever pressed the button gives what they saw, so the frame must stay until it is sent.
    if (session.stopped || view.giving) continue;
    const search = view.frames++ % SEARCH_EVERY === 0;
    if (!search && !view.seen) continue; // An empty room must not keep the machine busy.
    fit(frame, video.videoWidth, video.videoHeight);
    pen.drawImage(video, 0, 0);
    const known = search ? null : view.seen.face;
    const seen = await eye.look(pen.getImageData(0, 0, frame.width, frame.height), known);
    if (session.stopped) return;
    follow(view, seen, smoothed);
    show(stage, view, session.expressions, frame);
  }
}

async function camera() {
  try {
    return await navigator.mediaDevices.getUserMedia({ video: CAMERA });
  } catch (reason) {
    const says = _("The camera can't be used. Allow it in your browser, or take a single photo below.");
    throw Object.assign(new Error("no camera", { cause: reason }), { says });
  }
}

/** The next frame the camera has, or soon, where the browser doesn't tell. */
const nextFrame = (video) =>
  new Promise((resolve) => {
    if (!video.requestVideoFrameCallback) return setTimeout(resolve, 30);
    video.requestVideoFrameCallback(resolve);
  });

function follow(view, seen, smoothed) {
  const now = performance.now();
  const passed = now - view.at;
  view.at = now;
  view.pace = view.pace ? 0.9 * view.pace + 0.1 * passed : passed;
  view.seen = seen;
  view.smooth = seen && smoothed(view.smooth, seen.probabilities, passed);
  view.familiarity = seen && smoothed(view.familiarity, [seen.familiarity], passed);
}

function show(stage, { frames, seen, smooth, pace, familiarity, least }, expressions, frame) {
  draw(stage.querySelector(".marks"), frame, seen);
  stage.querySelector(".pace").textContent = _("{count} frames a second", { count: Math.round(1000 / pace) });
  stage.querySelector("button").disabled = seen === null;
  const lost = familiarity !== null && familiarity[0] < least;
  const doubt = lost ? _("Can't tell. Is your whole face in the picture, in good light?") : "";
  note(stage, seen ? doubt : _("No face in sight."));
  stage.classList.toggle("lost", lost);
  // For tests and the curious.
  stage.dataset.frames = frames;
  stage.dataset.pace = pace;
  const best = expressions.map((word, index) => [word, smooth?.[index] ?? 0]).sort((one, other) => other[1] - one[1]);
  rows(stage.querySelector("ol"), smooth ? best.slice(0, SHOWN) : []);
}

/** Take away what another model said. */
function clear(stage) {
  rows(stage.querySelector("ol"), []);
  stage.querySelector(".pace").textContent = "";
  stage.querySelector("button").disabled = true;
}

function rows(list, best) {
  while (list.children.length > best.length) list.lastChild.remove();
  while (list.children.length < best.length) {
    const row = list.appendChild(document.createElement("li"));
    row.innerHTML = '<span></span><b></b><span class="bar" aria-hidden="true"><i></i></span>';
  }
  best.forEach(([word, value], index) => {
    const [name, share, bar] = list.children[index].children;
    name.textContent = word;
    share.textContent = inPercent(value);
    bar.firstChild.style.width = `${100 * value}%`;
  });
}

// From left to right by itself, also in a text that runs the other way.
const inPercent = (value) =>
  value < 0.005 ? `\u2066<${percent(0.01)}\u2069` : value > 0.995 ? `\u2066>${percent(0.99)}\u2069` : percent(value);

function draw(marks, { width, height }, seen) {
  fit(marks, width, height);
  const pen = marks.getContext("2d");
  pen.clearRect(0, 0, width, height);
  if (!seen) return;
  pen.lineWidth = Math.max(2, width / 200);
  pen.strokeStyle = "#fff";
  pen.beginPath();
  pen.roundRect(...seen.box, width / 60);
  pen.stroke();
}

/** Setting a canvas's size clears it and takes its memory anew, so that is done only when the size is another. */
function fit(canvas, width, height) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
}

async function give(button, frame, session, view) {
  view.giving = true;
  button.disabled = true;
  const { probabilities } = view.seen;
  const blob = await new Promise((resolve) => frame.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
  const url = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });
  session.send("given", { photo: url.slice(url.indexOf(",") + 1), model: session.says, probabilities });
  view.giving = false;
}

/** Only what is new: it is read aloud, and shown anew for every frame. */
function note(stage, said) {
  const place = stage.querySelector(".note");
  if (place.textContent !== said) place.textContent = said;
}
