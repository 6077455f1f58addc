import { type Agent, type Population, populationOf } from "./population.js";
import { Random } from "./random.js";

const SECOND_US = 1_000_000;
const HOUR_US = 3_600 * SECOND_US;
const DAY_US = 24 * HOUR_US;

/** When all has come, after the last day: minutes of the first day are still held then. */
const LAST_AFTER_US = 2 * DAY_US;

export interface DatasetOptions {
  seed: number;
  /** about so many */
  exchanges: number;
  /** microseconds, start of a day of UTC */
  startUs: number;
  days: number;
  tenants: number;
  agents: number;
  exchangesPerBatch: number;
}

/** A batch before it is made: which exchanges it has is decided by its key and the seed alone. */
export interface Slot {
  agent: Agent;
  epoch: number;
  seq: number;
  /** what its exchanges ended in */
  fromUs: number;
  toUs: number;
  exchanges: number;
  /** exchanges of the epoch up to this batch */
  batched: number;
  /** lost up to this batch, of the epoch */
  lost: number;
  /** when it reaches the drain; long after `toUs` where the agent was cut off */
  deliveredUs: number;
}

export interface Dataset {
  options: DatasetOptions;
  population: Population;
  fromUs: number;
  toUs: number;
  /** in the order of their delivery; some come twice */
  slots: readonly Slot[];
}

/** What is to be sent when, and from whom: small, also where the exchanges would not fit in memory. */
export const planDataset = (options: DatasetOptions): Dataset => {
  const population = populationOf(options.seed, options);
  const slots = population.agents.flatMap((agent) => slotsOf(options, agent));
  slots.sort(
    (a, b) =>
      a.deliveredUs - b.deliveredUs || compare(a.agent.id, b.agent.id) || a.epoch - b.epoch || a.seq - b.seq,
  );
  const toUs = options.startUs + options.days * DAY_US;
  return { options, population, fromUs: options.startUs, toUs, slots };
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Times that cut an agent's traffic into as many equal parts: more of them where more is going on. */
const cutsOf = ({ startUs, days }: DatasetOptions, agent: Agent, parts: number): number[] => {
  const hours = days * 24;
  const cumulated: number[] = [0];
  for (let hour = 0; hour < hours; hour++) {
    const day = new Date((startUs + hour * HOUR_US) / 1000).getUTCDay();
    const daily = 1.15 + Math.cos(((hour - agent.peakHour) / 24) * 2 * Math.PI);
    const weekly = day === 0 || day === 6 ? 0.4 : 1;
    cumulated.push((cumulated[hour] as number) + daily * weekly * (1 + hour / hours));
  }
  const all = cumulated[hours] as number;
  let hour = 0;
  return Array.from({ length: parts + 1 }, (_, i) => {
    const wanted = (all * i) / parts;
    while (hour < hours - 1 && (cumulated[hour + 1] as number) < wanted) hour++;
    const [before, after] = [cumulated[hour] as number, cumulated[hour + 1] as number];
    return startUs + Math.round((hour + Math.min(1, (wanted - before) / (after - before))) * HOUR_US);
  });
};

const slotsOf = (options: DatasetOptions, agent: Agent): Slot[] => {
  const random = new Random(options.seed, "schedule", agent.id);
  const count = Math.max(2, Math.round((options.exchanges * agent.weight) / options.exchangesPerBatch));
  const cuts = cutsOf(options, agent, count);
  const restarts = new Set([
    0,
    ...Array.from({ length: random.whole(0, 3) }, () => random.whole(1, count - 1)),
  ]);
  const slots: Slot[] = [];
  let [epoch, seq, batched, lost] = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [fromUs, toUs] = [cuts[i] as number, cuts[i + 1] as number];
    if (restarts.has(i)) [epoch, seq, batched, lost] = [Math.floor(fromUs / 1000) + 1, 0, 0, 0];
    const exchanges = Math.max(1, Math.round(options.exchangesPerBatch * (0.5 + random.unit())));
    seq += 1;
    batched += exchanges;
    if (random.chance(0.02)) lost += random.whole(1, 50);
    slots.push({ agent, epoch, seq, fromUs, toUs, exchanges, batched, lost, deliveredUs: toUs + SECOND_US });
  }
  delay(slots, random);
  const lastUs = options.startUs + options.days * DAY_US + LAST_AFTER_US;
  for (const slot of slots) slot.deliveredUs = Math.min(slot.deliveredUs, lastUs);
  return [...slots, ...slots.filter(() => random.chance(0.03)).map((slot) => again(slot, random))];
};

/** The same once more, a while later, as after a lost acknowledgement. */
const again = (slot: Slot, random: Random): Slot => ({
  ...slot,
  deliveredUs: slot.deliveredUs + Math.round(random.logUniform(SECOND_US, DAY_US)),
});

/** Single batches are overtaken by others, and what was made while an agent was cut off comes when it is back. */
const delay = (slots: Slot[], random: Random): void => {
  for (const slot of slots)
    if (random.chance(0.04)) slot.deliveredUs += Math.round(random.logUniform(60 * SECOND_US, 3 * DAY_US));
  const outages = [random.logUniform(600, 86_400), random.logUniform(3_600, 86_400), 86_400 * 9];
  for (const [i, seconds] of outages.entries()) {
    if (i === 2 && !random.chance(0.35)) continue;
    const from = random.pick(slots).fromUs;
    const until = from + seconds * SECOND_US;
    for (const slot of slots)
      if (slot.deliveredUs >= from && slot.deliveredUs < until)
        slot.deliveredUs = Math.round(until + random.whole(0, 600) * SECOND_US);
  }
};
