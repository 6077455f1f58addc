/** What was to be checked is not as it should be: exit code 1. */
export class CheckFailed extends Error {
  override readonly name = "CheckFailed";
}
