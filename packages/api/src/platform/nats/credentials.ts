import { type AgentId, agentIdSchema } from "@masthead/shared/ids";
import {
  createAccount,
  createOperator,
  createUser,
  encodeAccount,
  encodeOperator,
  encodeUser,
  fmtCreds,
  fromPublic,
  fromSeed,
  type KeyPair,
} from "@nats-io/jwt";
import { z } from "zod";
import { agentPermissions, apiPermissions, type SubjectPermissions } from "./permissions.js";

const TEXT = { encode: new TextEncoder(), decode: new TextDecoder() };
const seedText = (keys: KeyPair): string => TEXT.decode.decode(keys.getSeed());

/** Signs users of the fleet's account. Secret: the caller stores it in a file of mode 0600. */
export const userIssuerSchema = z.object({
  v: z.literal(1),
  accountPublicKey: z.string().regex(/^A[A-Z2-7]{55}$/),
  signingSeed: z.string().regex(/^SA[A-Z2-7]{56}$/),
});
export type UserIssuer = z.infer<typeof userIssuerSchema>;

/** Public part of a fleet's NATS identity: all that the server's configuration needs. */
export interface ServerTrust {
  readonly operatorJwt: string;
  readonly systemAccount: { readonly publicKey: string; readonly jwt: string };
  readonly account: { readonly publicKey: string; readonly jwt: string };
  /** bound of what JetStream may hold on disk, bytes */
  readonly maxStoreBytes: number;
}

/** A new fleet: the server's trust, the issuer of users, and the seeds that only an offline copy needs. */
export interface FleetIdentity {
  readonly trust: ServerTrust;
  readonly issuer: UserIssuer;
  /** needed only to change the operator or the account later; the running product never reads them */
  readonly offlineSeeds: {
    readonly operator: string;
    readonly systemAccount: string;
    readonly account: string;
  };
}

const UNLIMITED = -1;
const ACCOUNT_LIMITS = {
  subs: UNLIMITED,
  data: UNLIMITED,
  payload: UNLIMITED,
  imports: 0,
  exports: 0,
  wildcards: true,
  conn: UNLIMITED,
  leaf: 0,
  disallow_bearer: true,
};
/** Two streams, two buckets and a few to spare. */
const MAX_STREAMS = 16;
const MAX_CONSUMERS = 64;

/**
 * Creates operator, system account and the account `masthead` with bounded JetStream storage. Makes random keys and
 * stores nothing: what is to be kept, the caller keeps (seeds with mode 0600).
 *
 * @param maxStoreBytes bound of JetStream's disk storage; the server's own bound is rendered to the same number
 */
export async function createFleetIdentity({
  maxStoreBytes = 8 * 1024 ** 3,
}: {
  maxStoreBytes?: number;
} = {}): Promise<FleetIdentity> {
  const operator = createOperator();
  const system = createAccount();
  const account = createAccount();
  const signing = createAccount();
  const operatorJwt = await encodeOperator("masthead", operator, { system_account: system.getPublicKey() });
  const systemJwt = await encodeAccount("SYS", system, { limits: ACCOUNT_LIMITS }, { signer: operator });
  const accountJwt = await encodeAccount(
    "masthead",
    account,
    {
      signing_keys: [signing.getPublicKey()],
      limits: {
        ...ACCOUNT_LIMITS,
        disk_storage: maxStoreBytes,
        mem_storage: 64 * 1024 ** 2,
        streams: MAX_STREAMS,
        consumer: MAX_CONSUMERS,
      },
    },
    { signer: operator },
  );
  return {
    trust: {
      operatorJwt,
      systemAccount: { publicKey: system.getPublicKey(), jwt: systemJwt },
      account: { publicKey: account.getPublicKey(), jwt: accountJwt },
      maxStoreBytes,
    },
    issuer: { v: 1, accountPublicKey: account.getPublicKey(), signingSeed: seedText(signing) },
    offlineSeeds: {
      operator: seedText(operator),
      systemAccount: seedText(system),
      account: seedText(account),
    },
  };
}

async function issueUser(issuer: UserIssuer, name: string, permissions: SubjectPermissions): Promise<string> {
  const { accountPublicKey, signingSeed } = userIssuerSchema.parse(issuer);
  const user = createUser();
  const jwt = await encodeUser(name, user, fromPublic(accountPublicKey), permissions, {
    signer: fromSeed(TEXT.encode.encode(signingSeed)),
  });
  return TEXT.decode.decode(fmtCreds(jwt, user));
}

/** Credentials of the control plane, in NATS' creds file format. Secret. @throws ZodError on a malformed issuer. */
export const issueApiCredentials = (issuer: UserIssuer): Promise<string> =>
  issueUser(issuer, "api", apiPermissions());

/** Credentials of one agent, in NATS' creds file format. Secret. The server needs no restart to know them. */
export const issueAgentCredentials = (issuer: UserIssuer, agentId: AgentId): Promise<string> =>
  issueUser(issuer, `agent-${agentIdSchema.parse(agentId)}`, agentPermissions(agentId));
