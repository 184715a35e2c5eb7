// The official emulator of Firebase Auth, from firebase-tools, on a free port of 127.0.0.1. It prints its port, and ends
// when its standard input does.
//
// Without the parts of its interface that FERS has nothing to do with: it compiles all of it when it starts, which takes
// most of its time.
import auth from "firebase-tools/lib/emulator/auth/index.js";
import { default as described } from "firebase-tools/lib/emulator/auth/apiSpec.js";
import registry from "firebase-tools/lib/emulator/registry.js";
import { createServer } from "node:net";

const { paths } = described.default;
const unused = /tenants|Idp|Saml|mfa|passkey|Phone|GameCenter|recaptcha/;
for (const path of Object.keys(paths)) if (unused.test(path)) delete paths[path];

const probe = createServer().listen(0, "127.0.0.1", async () => {
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  const singleProjectMode = auth.SingleProjectMode.NO_WARNING;
  const emulator = new auth.AuthEmulator({ projectId: "demo-fers", host: "127.0.0.1", port, singleProjectMode });
  await registry.EmulatorRegistry.start(emulator);
  console.log(port);
});
process.stdin.resume().on("end", () => process.exit());
