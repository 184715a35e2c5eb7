// The official emulator of Cloud Storage, from firebase-tools, on a free port of 127.0.0.1, without its rules, for which
// it would fetch a program and need Java: FERS comes as a server does, to whom rules don't apply. It prints its port, and
// ends when its standard input does.
import registry from "firebase-tools/lib/emulator/registry.js";
import storage from "firebase-tools/lib/emulator/storage/index.js";
import { createServer } from "node:net";

const probe = createServer().listen(0, "127.0.0.1", async () => {
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  const emulator = new storage.StorageEmulator({ projectId: "demo-fers", host: "127.0.0.1", port, rules: [] });
  emulator._rulesRuntime.start = emulator._rulesManager.start = async () => {};
  await registry.EmulatorRegistry.start(emulator);
  console.log(port);
});
process.stdin.resume().on("end", () => process.exit());
