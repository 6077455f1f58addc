/** A Go program with crypto/tls whose calls cannot be followed: which they are, or how they are made, is not certain. */
export class UnknownGoBuild extends Error {
  override readonly name = "UnknownGoBuild";
}
