/** A command of a remedy that is one text, with the line that it stands below. */
export interface RemedyStep {
  readonly purpose: string;
  readonly command: string;
}

/** Takes apart the remedy of an endpoint: commands are indented below the line that says what they do. */
export function remedySteps(remedy: string): RemedyStep[] {
  const steps: RemedyStep[] = [];
  let purpose = '';
  for (const line of remedy.split('\n'))
    if (line.startsWith('  ')) steps.push({ purpose, command: line.slice(2) });
    else purpose = line;
  return steps;
}
