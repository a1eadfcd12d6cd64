import type { SwaggerDocumentOptions } from '@nestjs/swagger';
import { z } from 'zod';

type Converter = NonNullable<SwaggerDocumentOptions['standardSchemaConverter']>;
type JsonSchema = Record<string, unknown>;

/**
 * Turns zod schemas into the JSON Schema of OpenAPI 3.1; one with an id (`.meta({ id })`) becomes a
 * component of that name. Nest's own conversion asks zod for OpenAPI 3.0, which cannot say
 * "a string or null", and lets two different schemas of one name overwrite each other.
 */
export function zodConverter(): Converter {
  const components = new Map<string, string>();
  return (schema, { schemaType }) => {
    if (!(schema instanceof z.ZodType)) return undefined;
    const { $schema: _dialect, $defs = {}, ...root } = z.toJSONSchema(schema, { io: schemaType, override: tidy });
    for (const [name, component] of Object.entries($defs as Record<string, JsonSchema>)) {
      const text = JSON.stringify(component);
      if ((components.get(name) ?? text) !== text)
        throw new Error(
          `two different schemas are called ${name}: give the one in bodies another id than the one in answers`,
        );
      components.set(name, text);
    }
    return { schema: root, components: $defs };
  };
}

function tidy({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  // Zod's patterns of standard formats are walls of text that say no more than the format does.
  if (typeof jsonSchema.format === 'string') delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  delete jsonSchema.id;
}
