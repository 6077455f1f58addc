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
import { boundaryExports, boundaryImports } from "./account-boundary.js";
import { agentPermissions, apiPermissions, type SubjectPermissions } from "./permissions.js";

const TEXT = { encode: new TextEncoder(), decode: new TextDecoder() };
const seedText = (keys: KeyPair): string => TEXT.decode.decode(keys.getSeed());

const signerSchema = z.object({
  accountPublicKey: z.string().regex(/^A[A-Z2-7]{55}$/),
  signingSeed: z.string().regex(/^SA[A-Z2-7]{56}$/),
});

/** Signs users of the fleet's two accounts. Secret: the caller stores it in a file of mode 0600. */
export const userIssuerSchema = z.object({ v: z.literal(1), control: signerSchema, agents: signerSchema });
export type UserIssuer = z.infer<typeof userIssuerSchema>;

/** Public part of a fleet's NATS identity: all that the server's configuration needs. */
export interface ServerTrust {
  readonly operatorJwt: string;
  readonly systemAccount: string;
  /** JWTs by public key, the system account's included */
  readonly accounts: readonly { readonly publicKey: string; readonly jwt: string }[];
  /** bound of what JetStream may hold on disk, bytes */
  readonly maxStoreBytes: number;
}

/** A new fleet: the server's trust, the issuer of users, and the seeds that only an offline copy needs. */
export interface FleetIdentity {
  readonly trust: ServerTrust;
  readonly issuer: UserIssuer;
  /** needed only to change the operator or an account later; the running product never reads them */
  readonly offlineSeeds: { readonly operator: string; readonly control: string; readonly agents: string };
}

const UNLIMITED = -1;
const ACCOUNT_LIMITS = {
  subs: UNLIMITED,
  data: UNLIMITED,
  payload: UNLIMITED,
  imports: UNLIMITED,
  exports: UNLIMITED,
  wildcards: true,
  conn: UNLIMITED,
  leaf: 0,
  disallow_bearer: true,
};
/** Two streams, two buckets and a few to spare. */
const MAX_STREAMS = 16;
const MAX_CONSUMERS = 64;

/**
 * Creates operator, system account, the account `masthead` of the control plane with bounded JetStream storage, and the
 * account `agents` without any, which reaches of the first only what {@link AGENT_BOUNDARY} lists. Makes random keys
 * and stores nothing: what is to be kept, the caller keeps (seeds with mode 0600).
 *
 * Two accounts because of reply subjects: the server sends the answer to a publish or a direct get to whatever subject the
 * publisher named, unchecked, as itself. In one account an agent could so aim an answer at the JetStream API and
 * delete a stream. An account without JetStream has no such subjects.
 *
 * @param maxStoreBytes bound of JetStream's disk storage; the server's own bound is rendered to the same number
 */
export async function createFleetIdentity({
  maxStoreBytes = 8 * 1024 ** 3,
}: {
  maxStoreBytes?: number;
} = {}): Promise<FleetIdentity> {
  const operator = createOperator();
  const [system, control, controlSigning, agents, agentsSigning] = [
    createAccount(),
    createAccount(),
    createAccount(),
    createAccount(),
    createAccount(),
  ];
  const signer = { signer: operator };
  const controlAccount = {
    signing_keys: [controlSigning.getPublicKey()],
    exports: boundaryExports(),
    limits: {
      ...ACCOUNT_LIMITS,
      disk_storage: maxStoreBytes,
      mem_storage: 64 * 1024 ** 2,
      streams: MAX_STREAMS,
      consumer: MAX_CONSUMERS,
    },
  };
  const agentsAccount = {
    signing_keys: [agentsSigning.getPublicKey()],
    imports: boundaryImports(control.getPublicKey()),
    limits: ACCOUNT_LIMITS,
  };
  return {
    trust: {
      operatorJwt: await encodeOperator("masthead", operator, { system_account: system.getPublicKey() }),
      systemAccount: system.getPublicKey(),
      accounts: [
        {
          publicKey: system.getPublicKey(),
          jwt: await encodeAccount("SYS", system, { limits: ACCOUNT_LIMITS }, signer),
        },
        {
          publicKey: control.getPublicKey(),
          jwt: await encodeAccount("masthead", control, controlAccount, signer),
        },
        {
          publicKey: agents.getPublicKey(),
          jwt: await encodeAccount("agents", agents, agentsAccount, signer),
        },
      ],
      maxStoreBytes,
    },
    issuer: {
      v: 1,
      control: { accountPublicKey: control.getPublicKey(), signingSeed: seedText(controlSigning) },
      agents: { accountPublicKey: agents.getPublicKey(), signingSeed: seedText(agentsSigning) },
    },
    offlineSeeds: { operator: seedText(operator), control: seedText(control), agents: seedText(agents) },
  };
}

async function issueUser(
  { accountPublicKey, signingSeed }: z.infer<typeof signerSchema>,
  name: string,
  permissions: SubjectPermissions,
): Promise<string> {
  const user = createUser();
  const jwt = await encodeUser(name, user, fromPublic(accountPublicKey), permissions, {
    signer: fromSeed(TEXT.encode.encode(signingSeed)),
  });
  return TEXT.decode.decode(fmtCreds(jwt, user));
}

/** Credentials of the control plane, in NATS' creds file format. Secret. @throws ZodError on a malformed issuer. */
export const issueApiCredentials = (issuer: UserIssuer): Promise<string> =>
  issueUser(userIssuerSchema.parse(issuer).control, "api", apiPermissions());

/** Credentials of one agent, in NATS' creds file format. Secret. The server needs no restart to know them. */
export const issueAgentCredentials = (issuer: UserIssuer, agentId: AgentId): Promise<string> =>
  issueUser(
    userIssuerSchema.parse(issuer).agents,
    `agent-${agentIdSchema.parse(agentId)}`,
    agentPermissions(agentId),
  );
