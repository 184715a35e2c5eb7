// The whole way from a picture to faces and what they express, inside the browser.
import { toEmotions, mirrored, toInput } from "./expression.js";
import { detector, withContext } from "./faces.js";
import { loadAndCompile, loadLiteRt, Tensor } from "./litert/litert.js";
import { picture } from "./pixels.js";

// A network may say more than the expression; then that output bears its name.
const named = (outputs, name) => (outputs.length === 1 ? outputs[0] : outputs.find((each) => each.name === name));

const here = (file) => new URL(file, import.meta.url).href;
let runtime;

/** Load everything that `plan` (from `fers.inference.browser`) names. The result's `look` needs no network any more. */
export async function openEye(plan) {
  // Once a page: the runtime can't be loaded twice. What failed, for want of a connection perhaps, may be tried again.
  runtime ??= loadLiteRt(here("litert/")).catch((reason) => {
    runtime = undefined;
    throw reason;
  });
  await runtime;
  const networks = new Map();
  const files = [...plan.detector.variants.map(({ file }) => file), plan.model.file];
  await Promise.all(files.map(async (file) => networks.set(file, await network(file))));
  const run = (file, input) => networks.get(file)(input);
  return { look: looker(plan, run), close: () => networks.forEach((network) => network.close()) };
}

async function network(file) {
  const compiled = await loadAndCompile(here(`networks/${file}`), { accelerator: "wasm" });
  const shape = Array.from(compiled.getInputDetails()[0].shape, (side) => Math.max(1, side));
  const names = compiled.getOutputDetails().map(({ name }) => name.split(":")[0].split("/").pop());
  const run = async (input) => {
    const tensor = new Tensor(input, shape);
    const outputs = await compiled.run([tensor]);
    const answers = outputs.map((output, index) => ({
      name: names[index],
      shape: Array.from(output.type.layout.dimensions),
      data: output.toTypedArray().slice(),
    }));
    [tensor, ...outputs].forEach((each) => each.delete());
    return answers;
  };
  run.close = () => compiled.delete();
  return run;
}

function looker(plan, run) {
  const { input, output, file, cropScale, faceSide } = plan.model;
  const detect = detector(plan.detector, run);
  const answer = async (prepared) => {
    const said = await run(file, prepared);
    const familiarity = output.familiarity ? named(said, output.familiarity).data[0] : 1;
    return [familiarity, ...named(said, output.name).data];
  };

  /** The largest face in RGBA pixels: { face, box, probabilities, familiarity }, boxes as [left, top, width, height];
   * null if none. `box` is the crop that the model saw. Where the face is known already, nothing is searched, which is
   * most of the work. */
  return async function look(pixels, known = null) {
    const seen = picture(pixels);
    const face = known ?? (await detect(seen))[0];
    if (!face) return null;
    const box = withContext(face, cropScale, seen);
    const prepared = toInput(seen, box, input, faceSide);
    let said = await answer(prepared);
    if (output.flip) {
      const other = await answer(mirrored(prepared, input));
      said = said.map((value, index) => (value + other[index]) / 2);
    }
    const [familiarity, ...outputs] = said;
    return { face, box, probabilities: toEmotions(outputs, output), familiarity };
  };
}
