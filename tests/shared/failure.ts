import { inspect } from "node:util";
import { LuminoraError } from "../../js/errors.ts";

/** The error that a call is refused with; anything but a `LuminoraError` is thrown. */
export async function failure(call: Promise<unknown>): Promise<LuminoraError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!LuminoraError.isInstance(error)) throw new Error(`expected a LuminoraError, got ${inspect(error)}`);
  return error;
}
