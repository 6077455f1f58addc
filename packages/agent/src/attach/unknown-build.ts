/** A file with a TLS implementation whose calls cannot be followed: which they are, or how they are made, is not certain. */
export class UnknownBuild extends Error {
  override readonly name = "UnknownBuild";
}
