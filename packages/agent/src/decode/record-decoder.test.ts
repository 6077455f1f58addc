import { expect, test } from "vitest";
import { Random } from "../testing/random.js";
import {
  batchOf,
  connectionEndRecord,
  messageEndRecord,
  processRecord,
  requestRecord,
  responseRecord,
} from "../testing/record-writer.js";
import type { ProcessRecord } from "./end-records.js";
import { RecordDecoder, type RecordHandler } from "./record-decoder.js";
import { ElementAction } from "./record-enums.js";
import { RECORD_ELEMENT, RECORD_HEADER, RECORD_MESSAGE } from "./record-layout.js";

class Seen implements RecordHandler {
  readonly lines: string[] = [];
  readonly processes: ProcessRecord[] = [];
  malformedRequests = 0;
  malformedOthers = 0;

  message: RecordHandler["message"] = (record, bytes) => {
    const target = bytes.buffer.toString("latin1", record.methodStart, record.queryEnd);
    const values = Array.from({ length: record.elements }, (_, index) =>
      bytes.buffer.toString("latin1", record.elementDataStart[index], record.elementDataEnd[index]),
    );
    const kind = record.request ? "request" : `response ${record.status}`;
    this.lines.push([kind, record.connection, record.exchange, target, ...values].join(" "));
  };
  messageEnd: RecordHandler["messageEnd"] = (record) => {
    this.lines.push(`end ${record.response} ${record.connection} ${record.exchange} ${record.bytes}`);
  };
  connectionEnd: RecordHandler["connectionEnd"] = (record) => {
    this.lines.push(`closed ${record.connection} ${record.nextRequest} ${record.nextResponse}`);
  };
  process: RecordHandler["process"] = (record) => {
    this.processes.push(record);
  };
  malformed: RecordHandler["malformed"] = (mayBeRequest) => {
    if (mayBeRequest) this.malformedRequests += 1;
    else this.malformedOthers += 1;
  };
}

const sample = () => [
  requestRecord({
    method: "POST",
    path: "/a",
    query: "b=c",
    elements: [
      { rule: 1, action: ElementAction.ELEMENT_KEEP, data: "kept" },
      { rule: 2, action: ElementAction.ELEMENT_PRESENCE },
    ],
  }),
  messageEndRecord({ response: false, bytes: 512 }),
  responseRecord({
    status: 201,
    timings: { known: 7 },
    elements: [{ rule: 3, action: ElementAction.ELEMENT_KEEP, data: "x" }],
  }),
  connectionEndRecord({ nextRequest: 1, nextResponse: 1 }),
  processRecord("exec", { file: "/usr/bin/worker" }),
];

const decode = (batch: Uint8Array, count: number) => {
  const seen = new Seen();
  const decoder = new RecordDecoder(seen);
  decoder.decode(batch, count);
  return { seen, decoder };
};

test("reads every kind of record of a batch", () => {
  const { seen, decoder } = decode(batchOf(sample()), 5);
  expect(seen.lines).toEqual([
    "request 1 0 POST/ab=c kept ",
    "end false 1 0 512",
    "response 201 1 0  x",
    "closed 1 1 1",
  ]);
  expect(seen.processes).toMatchObject([{ kind: "exec", command: "worker", file: "/usr/bin/worker" }]);
  expect([seen.malformedRequests, seen.malformedOthers]).toEqual([0, 0]);
  expect([decoder.records, decoder.requests]).toEqual([5, 1]);
});

test("a record that contradicts itself costs itself and nothing else", () => {
  const broken = [
    // element data beyond the record
    (record: Buffer) => record.writeUInt16LE(60_000, RECORD_MESSAGE.bytes + 8 + RECORD_ELEMENT.data_length),
    (record: Buffer) => record.writeUInt16LE(900, RECORD_MESSAGE.elements),
    (record: Buffer) => record.writeUInt16LE(4_000, RECORD_MESSAGE.path_length),
    (record: Buffer) => record.writeUInt8(9, RECORD_MESSAGE.role),
    // an action that nobody knows, and a fingerprint of a length that it cannot have
    (record: Buffer) => record.writeUInt8(77, RECORD_MESSAGE.bytes + 8 + RECORD_ELEMENT.action),
    (record: Buffer) => record.writeUInt8(3, RECORD_MESSAGE.bytes + 8 + RECORD_ELEMENT.action),
    (record: Buffer) => record.writeUInt16LE(99, RECORD_HEADER.kind),
  ];
  for (const breakIt of broken) {
    const record = requestRecord({
      path: "/path",
      elements: [{ rule: 1, action: ElementAction.ELEMENT_KEEP, data: "value" }],
    });
    breakIt(record);
    const { seen, decoder } = decode(batchOf([record, messageEndRecord({ response: true })]), 2);
    expect(seen.lines).toEqual(["end true 1 0 100"]);
    expect([seen.malformedRequests, decoder.requests]).toEqual([1, 1]);
  }
});

test("where framing is lost the rest of the batch is given up and counted", () => {
  const records = sample();
  records[1]?.writeUInt32LE(7, RECORD_HEADER.size);
  const { seen, decoder } = decode(batchOf(records), 5);
  expect(seen.lines).toHaveLength(1);
  expect([seen.malformedRequests, decoder.records, decoder.requests]).toEqual([4, 5, 5]);
});

test("what a handler throws does not stop the batch", () => {
  const seen = new Seen();
  const decoder = new RecordDecoder({
    message: () => {
      throw new Error("defect");
    },
    messageEnd: seen.messageEnd,
    connectionEnd: seen.connectionEnd,
    process: seen.process,
    malformed: seen.malformed,
  });
  decoder.decode(batchOf(sample()), 5);
  expect([seen.malformedRequests, seen.malformedOthers]).toEqual([1, 1]);
  expect(seen.lines).toHaveLength(2);
  expect(decoder.lastFault).toEqual(new Error("defect"));
});

test("garbled batches never throw, and every record is counted once", () => {
  const random = new Random(11);
  for (let round = 0; round < 5_000; round += 1) {
    const batch = random.chance(0.1) ? random.bytes(random.below(400)) : batchOf(sample());
    for (let flips = random.below(8); flips > 0 && batch.length > 0; flips -= 1) {
      batch[random.below(batch.length)] = random.below(256);
    }
    const { seen, decoder } = decode(batch, 5);
    const counted = seen.lines.length + seen.processes.length + seen.malformedRequests + seen.malformedOthers;
    expect(counted).toBe(5);
    expect(decoder.records).toBe(5);
  }
});
