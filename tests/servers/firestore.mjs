// A Firestore server on a free port of 127.0.0.1. It prints its port, obeys one JSON line at a time on its standard input
// (answering each with the number of calls since the last), and ends when that input does.
//
// {"code": 14, "after": 2, "every": 3, "done": 1, "delay": 500}: from now on let 2 calls pass, then fail every third one
// with gRPC status 14 (0: let all pass), after doing its work if "done" (an answer that got lost), each call beginning
// 500 ms late. {} puts everything right again.
import readline from "node:readline";

import grpc from "@grpc/grpc-js";
import emulator from "@firestore-emulator/server";

const { server } = new emulator.FirestoreServer();
let fault = {};
let calls = 0;

function fails() {
  const { code = 0, after = 0, every = 1 } = fault;
  calls += 1;
  return code !== 0 && calls > after && (calls - after) % every === 0;
}

for (const handler of server.handlers.values()) {
  const work = handler.func;
  handler.func = (call, answer) => {
    const error = fails() && { code: fault.code, details: "as told" };
    const go = () => {
      if (!error) work(call, answer);
      else if (answer && fault.done) work(call, () => answer(error));
      else if (answer) answer(error);
      else call.emit("error", error);
    };
    if (fault.delay) setTimeout(go, fault.delay);
    else go();
  };
}

server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  fault = JSON.parse(line);
  console.log(calls);
  calls = 0;
}).on("close", () => process.exit());
