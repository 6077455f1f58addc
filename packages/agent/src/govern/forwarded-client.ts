/** Who is behind the trusted proxies, by what they forwarded, if the peer is one of them. */
export interface ForwardedClient {
  /** absent: nobody but the peer is known */
  address?: string;
  /** something stood where a trusted proxy names the one before it, and it was no address or was not seen whole */
  unresolved: boolean;
}
