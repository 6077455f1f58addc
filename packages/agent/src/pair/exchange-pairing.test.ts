import { expect, test } from "vitest";
import { RecordEndReason, RecordFlag } from "../decode/record-enums.js";
import {
  connectionEndRecord,
  messageEndRecord,
  processRecord,
  requestRecord,
  responseRecord,
} from "../testing/record-writer.js";
import { testStream } from "../testing/stream.js";

const OPEN = { flags: 0 };

test("a request and its response make an exchange, with times from the kernel's clock", () => {
  const { feed, exchanges, stream } = testStream();
  feed(
    requestRecord({
      firstByteNs: 1_000_000,
      bytes: 80,
      socket: { local: [127, 0, 0, 1], localPort: 443, peer: [192, 0, 2, 7], peerPort: 50_000 },
    }),
    responseRecord({ firstByteNs: 1_250_000, timeNs: 3_000_000, bytes: 900, status: 204 }),
  );
  expect(exchanges).toMatchObject([
    {
      timeUs: 3_000,
      durationUs: 2_000,
      ttfbUs: 250,
      status: 204,
      requestBytes: 80,
      responseBytes: 900,
      flags: [],
      connection: {
        role: "server",
        source: "openssl",
        scheme: "https",
        localAddress: "127.0.0.1",
        localPort: 443,
        peerAddress: "192.0.2.7",
        peerPort: 50_000,
        process: { pid: 4242 },
      },
    },
  ]);
  expect(stream.pairing.pending).toBe(0);
});

test("exchanges of one connection share its information", () => {
  const { feed, exchanges } = testStream();
  feed(requestRecord(), responseRecord(), requestRecord({ exchange: 1 }), responseRecord({ exchange: 1 }));
  expect(exchanges[0]?.connection).toBe(exchanges[1]?.connection);
});

test("an exchange ends when both messages have: bodies that end later, a response before its request's body", () => {
  const { feed, exchanges } = testStream();
  feed(requestRecord(OPEN), responseRecord({ timeNs: 5_000_000 }));
  expect(exchanges).toHaveLength(0);
  feed(messageEndRecord({ response: false, bytes: 70_000, timeNs: 9_000_000 }));
  expect(exchanges).toMatchObject([{ requestBytes: 70_000, timeUs: 9_000 }]);
  feed(requestRecord({ exchange: 1 }), responseRecord({ exchange: 1, ...OPEN }));
  feed(messageEndRecord({ exchange: 1, response: true, bytes: 1_048_576, timeNs: 12_000_000 }));
  expect(exchanges[1]).toMatchObject({ responseBytes: 1_048_576, timeUs: 12_000 });
});

test("an end that overtakes its response is kept", () => {
  const { feed, exchanges } = testStream();
  feed(
    requestRecord(),
    messageEndRecord({ response: true, bytes: 777 }),
    responseRecord({ ...OPEN, bytes: 9 }),
  );
  expect(exchanges).toMatchObject([{ status: 200, responseBytes: 777 }]);
});

test("pipelined requests are answered in order", () => {
  const { feed, exchanges } = testStream();
  for (const exchange of [0, 1, 2]) feed(requestRecord({ exchange, path: `/${exchange}` }));
  for (const exchange of [0, 1, 2]) feed(responseRecord({ exchange, status: 200 + exchange }));
  expect(exchanges.map(({ path, status }) => [path, status])).toEqual([
    ["/0", 200],
    ["/1", 201],
    ["/2", 202],
  ]);
});

test("a tunnel ends with its response head", () => {
  const { feed, exchanges } = testStream();
  feed(requestRecord(OPEN), responseRecord({ status: 101, flags: RecordFlag.RECORD_TUNNEL }));
  expect(exchanges).toMatchObject([{ status: 101, flags: ["tunnel"] }]);
});

test("the end of a connection completes a body that ends with it", () => {
  const { feed, exchanges } = testStream();
  feed(requestRecord(), responseRecord({ flags: RecordFlag.RECORD_UNTIL_CLOSE }));
  feed(
    connectionEndRecord({
      nextRequest: 1,
      nextResponse: 1,
      responseOpen: true,
      wholeAtEnd: true,
      responseBytes: 5_000,
    }),
  );
  expect(exchanges).toMatchObject([{ status: 200, responseBytes: 5_000 }]);
  expect(exchanges[0]?.errorType).toBeUndefined();
});

test("a connection that ends says how what was open on it ended", () => {
  const { feed, exchanges, lost } = testStream();
  feed(requestRecord(), connectionEndRecord({ nextRequest: 1, nextResponse: 0 }));
  feed(requestRecord({ connection: 2 }));
  feed(
    connectionEndRecord({
      connection: 2,
      nextRequest: 1,
      nextResponse: 0,
      reason: RecordEndReason.END_PROCESS,
    }),
  );
  feed(requestRecord({ connection: 3 }), responseRecord({ connection: 3, ...OPEN }));
  feed(
    connectionEndRecord({
      connection: 3,
      nextRequest: 1,
      nextResponse: 1,
      responseOpen: true,
      responseBytes: 333,
    }),
  );
  feed(requestRecord({ connection: 4, ...OPEN }), responseRecord({ connection: 4 }));
  feed(connectionEndRecord({ connection: 4, nextRequest: 1, nextResponse: 1, requestBytes: 4_000 }));
  expect(
    exchanges.map(({ status, errorType, requestBytes, responseBytes, flags }) => [
      status,
      errorType,
      requestBytes,
      responseBytes,
      flags,
    ]),
  ).toEqual([
    [undefined, "connection_closed", 100, 0, []],
    [undefined, "process_exited", 100, 0, []],
    [200, "response_incomplete", 100, 333, []],
    [200, undefined, 4_000, 100, ["request_incomplete"]],
  ]);
  expect(lost()).toEqual({});
});

test("a client that ends a connection is told from a server that does, and may have read all of a response", () => {
  const { feed, exchanges, lost } = testStream();
  const ended = { nextRequest: 1, nextResponse: 1, reason: RecordEndReason.END_LEFT };
  const open = { ...ended, responseOpen: true };
  feed(requestRecord(), responseRecord(OPEN));
  feed(connectionEndRecord({ ...open, betweenChunks: true, responseBytes: 333 }));
  feed(requestRecord({ connection: 2 }), responseRecord({ connection: 2 }));
  feed(requestRecord({ connection: 2, exchange: 1 }));
  feed(connectionEndRecord({ ...ended, connection: 2, nextRequest: 2 }));
  feed(requestRecord({ connection: 3 }), responseRecord({ connection: 3, ...OPEN }));
  feed(connectionEndRecord({ ...open, connection: 3, wholeAtEnd: true, responseBytes: 444 }));
  feed(requestRecord({ connection: 4 }), responseRecord({ connection: 4, ...OPEN }));
  feed(connectionEndRecord({ ...open, connection: 4, responseBytes: 555 }));
  feed(requestRecord({ connection: 5 }), responseRecord({ connection: 5, ...OPEN }));
  const { reason: _, ...byServer } = open;
  feed(connectionEndRecord({ ...byServer, connection: 5, betweenChunks: true, responseBytes: 666 }));
  expect(
    exchanges.map(({ status, errorType, responseBytes, flags }) => [status, errorType, responseBytes, flags]),
  ).toEqual([
    [200, undefined, 333, ["client_closed"]],
    [200, undefined, 100, []],
    [undefined, "connection_closed", 0, ["client_closed"]],
    [200, undefined, 444, ["client_closed"]],
    [200, "response_incomplete", 555, ["client_closed"]],
    [200, "response_incomplete", 666, []],
  ]);
  expect(lost()).toEqual({});
});

test("a process that ends takes its connections with it", () => {
  const { feed, exchanges, stream } = testStream();
  feed(requestRecord(), requestRecord({ connection: 2, pid: 5 }), processRecord("exit"));
  expect(exchanges).toMatchObject([{ errorType: "process_exited" }]);
  expect([stream.pairing.pending, stream.pairing.connections.size]).toEqual([1, 1]);
});

test("what a process without an execve of its own runs is told without an end of what it serves", () => {
  const told: string[] = [];
  const { feed, exchanges } = testStream({ onProcess: ({ kind }) => told.push(kind) });
  feed(requestRecord(), processRecord("target"), responseRecord());
  expect(exchanges).toMatchObject([{ status: 200 }]);
  expect(told).toEqual(["target"]);
});

test("a dropped record is noticed by what follows on its connection", () => {
  const { feed, exchanges, lost } = testStream();
  feed(requestRecord(), requestRecord({ exchange: 1 }), responseRecord({ exchange: 1 }));
  expect(lost()).toEqual({ "ring/response_lost": 1 });
  feed(requestRecord({ exchange: 2 }), responseRecord({ exchange: 2, ...OPEN }));
  feed(connectionEndRecord({ nextRequest: 3, nextResponse: 3 }));
  expect(lost()).toEqual({ "ring/response_lost": 2 });
  feed(requestRecord({ connection: 2, ...OPEN }), responseRecord({ connection: 2 }));
  feed(requestRecord({ connection: 2, exchange: 1 }));
  expect(lost()).toEqual({ "ring/response_lost": 3 });
  expect(exchanges).toHaveLength(1);
});

test("a request body of which the kernel lost track is no loss", () => {
  const { feed, exchanges, lost } = testStream();
  feed(requestRecord(OPEN), responseRecord());
  feed(requestRecord({ exchange: 1, flags: RecordFlag.RECORD_GAP_BEFORE | RecordFlag.RECORD_COMPLETE }));
  expect(exchanges).toMatchObject([{ status: 200, flags: ["request_incomplete"] }]);
  expect(lost()).toEqual({});
});

test("a response without its request is consumed in silence, and so is what no policy governs", () => {
  const { feed, exchanges, lost, stream } = testStream();
  feed(responseRecord({ connection: 9 }), messageEndRecord({ connection: 9, response: true }));
  feed(requestRecord({ path: "/ungoverned" }), responseRecord());
  feed(requestRecord({ exchange: 1 }), responseRecord({ exchange: 1 }));
  expect(exchanges.map(({ path }) => path)).toEqual(["/"]);
  expect(stream.pairing.ungoverned).toBe(1);
  expect(lost()).toEqual({});
});

test("open exchanges are bounded, and what is beyond is lost by name", () => {
  const { feed, exchanges, lost, stream } = testStream({ maxOpenExchanges: 2, maxConnections: 3 });
  for (const connection of [1, 2, 3, 4]) feed(requestRecord({ connection }));
  expect([stream.pairing.pending, lost()]).toEqual([2, { "pairing/full": 2 }]);
  for (const connection of [1, 2, 3, 4]) feed(responseRecord({ connection }));
  expect(exchanges).toHaveLength(2);
});

test("connections are bounded by giving up idle ones, which loses nothing", () => {
  const { feed, exchanges, lost, stream } = testStream({ maxOpenExchanges: 2, maxConnections: 3 });
  feed(requestRecord({ connection: 1 }));
  for (let connection = 2; connection < 50; connection += 1) {
    feed(requestRecord({ connection }), responseRecord({ connection }));
  }
  expect(stream.pairing.connections.size).toBe(3);
  feed(responseRecord({ connection: 1 }));
  expect([exchanges.length, lost()]).toEqual([49, {}]);
});
