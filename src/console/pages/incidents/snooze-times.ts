export interface SnoozeChoice {
  readonly label: string;
  readonly until: Date;
}

const hourMs = 3_600_000;
const morningHour = 8;

/** Until when an incident is likely to be snoozed, on the clock of the person. */
export function snoozeChoices(now: Date): SnoozeChoice[] {
  const morning = new Date(now);
  // By the calendar rather than by 24 hours, which a change of the clock would shift.
  morning.setDate(morning.getDate() + 1);
  morning.setHours(morningHour, 0, 0, 0);
  const week = new Date(now);
  week.setDate(week.getDate() + 7);
  return [
    { label: 'For 1 hour', until: new Date(now.getTime() + hourMs) },
    { label: `Until tomorrow, ${morningHour}:00`, until: morning },
    { label: 'For 1 week', until: week },
  ];
}

/** As a field for local date and time has it: `2026-03-01T08:00`. */
export function localField(time: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day}T${two(time.getHours())}:${two(time.getMinutes())}`;
}
