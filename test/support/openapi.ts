/* eslint-disable @typescript-eslint/no-explicit-any -- walks a document of any shape */

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** What is wrong with an OpenAPI 3.1 document, one line a fault; none for a good one. */
export function openApiFaults(document: any): string[] {
  const faults: string[] = [];
  if (!/^3\.1\.\d+$/.test(document.openapi)) faults.push(`openapi is ${document.openapi}`);
  if (!document.info?.title || !document.info?.version) faults.push('info lacks title or version');
  for (const [place, ref] of refs(document, '#'))
    if (resolve(document, ref) === undefined) faults.push(`${place}: nothing at ${ref}`);
  const ids = new Set<string>();
  for (const [path, item] of Object.entries<any>(document.paths)) {
    for (const method of methods.filter((name) => item[name])) {
      const operation = item[method];
      const at = `${method} ${path}`;
      if (!operation.operationId) faults.push(`${at}: no operationId`);
      if (ids.has(operation.operationId)) faults.push(`${at}: operationId ${operation.operationId} is taken`);
      ids.add(operation.operationId);
      if (!operation.summary) faults.push(`${at}: no summary`);
      if (!Array.isArray(operation.security)) faults.push(`${at}: no security`);
      for (const scheme of (operation.security ?? []).flatMap(Object.keys))
        if (!document.components.securitySchemes?.[scheme]) faults.push(`${at}: unknown security scheme ${scheme}`);
      faults.push(...parameterFaults(at, path, operation.parameters ?? []), ...responseFaults(at, operation.responses));
      const bodies = Object.values<any>(operation.requestBody?.content ?? {});
      if (operation.requestBody && !bodies.some(({ schema }) => schema)) faults.push(`${at}: the body has no schema`);
    }
  }
  for (const [place, schema] of schemas(document)) {
    if ('nullable' in schema) faults.push(`${place}: nullable is not OpenAPI 3.1`);
    if ('exclusiveMinimum' in schema && typeof schema.exclusiveMinimum !== 'number')
      faults.push(`${place}: exclusiveMinimum must be a number`);
  }
  return faults;
}

function parameterFaults(at: string, path: string, parameters: any[]): string[] {
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
  const declared = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
  const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
  return [
    ...inPath.filter((name) => !declared.includes(name)).map((name) => `${at}: parameter ${name} is not declared`),
    ...declared.filter((name) => !inPath.includes(name)).map((name) => `${at}: parameter ${name} is not in the path`),
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${at}: ${name} is declared twice`),
    ...parameters.filter((p) => !p.schema && !p.content).map(({ name }) => `${at}: parameter ${name} has no schema`),
    ...parameters.filter((p) => p.in === 'path' && !p.required).map(({ name }) => `${at}: ${name} must be required`),
  ];
}

function responseFaults(at: string, responses: any): string[] {
  const entries = Object.entries<any>(responses ?? {});
  return [
    ...(entries.some(([status]) => /^2/.test(status)) ? [] : [`${at}: no successful response`]),
    ...entries.filter(([, response]) => !response.description).map(([status]) => `${at}: ${status} has no description`),
    ...entries
      .filter(([status, response]) => /^[45]/.test(status) && !response.content?.['application/problem+json'])
      .map(([status]) => `${at}: ${status} is not a problem`),
  ];
}

function* refs(node: any, place: string): Generator<[string, string]> {
  if (typeof node !== 'object' || node === null) return;
  if (typeof node.$ref === 'string') yield [place, node.$ref];
  for (const [key, child] of Object.entries(node)) yield* refs(child, `${place}/${key}`);
}

function* schemas(node: any, place = '#'): Generator<[string, any]> {
  if (typeof node !== 'object' || node === null) return;
  if (typeof node.type === 'string' || Array.isArray(node.type) || node.properties) yield [place, node];
  for (const [key, child] of Object.entries(node)) yield* schemas(child, `${place}/${key}`);
}

function resolve(document: any, ref: string): unknown {
  if (!ref.startsWith('#/')) return undefined;
  const keys = ref
    .slice(2)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  return keys.reduce((node, key) => node?.[key], document);
}
