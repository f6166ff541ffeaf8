import { isObject } from "./answer.ts";

/** Bounds of numbers, texts and lists, which the provider refuses; our own reader of the answer keeps them. */
const refused = new Set([
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["minLength", "maxLength", "minItems", "maxItems", "uniqueItems"],
]);

/** A schema as Anthropic takes it: without bounds, and every object without further members. */
export function strictSchema(schema: unknown, areNames = false): unknown {
  if (Array.isArray(schema)) return schema.map((item) => strictSchema(item));
  if (!isObject(schema)) return schema;
  const made: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(schema)) {
    // What stands in `properties` are names of the caller's, which may be called like anything.
    if (areNames) made[name] = strictSchema(value);
    else if (!refused.has(name)) {
      const isData = name === "enum" || name === "const" || name === "default";
      made[name] = isData ? value : strictSchema(value, name === "properties" || name === "$defs");
    }
  }
  if (!areNames && isObject(schema.properties)) made.additionalProperties = false;
  return made;
}
