// Loaded before the gateway: it listens on loopback only, says on which port, and reaches nobody but loopback.
"use strict";
const net = require("node:net");

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (port, ...rest) {
  this.once("listening", () => console.error(`listening on ${this.address().port}`));
  return listen.call(this, { port, host: "127.0.0.1" }, rest.find((each) => typeof each === "function"));
};

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...given) {
  const [first, second] = Array.isArray(given[0]) ? given[0] : given;
  const host = typeof first === "object" ? first.host ?? "localhost" : typeof second === "string" ? second : "localhost";
  if (LOOPBACK.has(host)) return connect.apply(this, given);
  console.error(`refused to call ${host}`);
  process.nextTick(() => this.destroy(new Error(`refused to call ${host}`)));
  return this;
};
