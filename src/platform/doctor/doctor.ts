import { Injectable } from '@nestjs/common';
import { withDeadline } from '../deadline';
import { reasonOf } from '../errors';
import { Extensions, extensionDecorator } from '../extensions';
import { type Finding, worstLevel } from './finding';

/** A check of a module's state. It must not change anything. */
export interface DoctorCheckProvider {
  check(): Promise<Finding[]>;
}

export interface DoctorCheckOptions {
  /** The heading of the findings; several providers may share one. */
  readonly topic: string;
  /** A topic that must have no fault for this check to run. */
  readonly after?: string;
}

export interface TopicFinding extends Finding {
  readonly topic: string;
}

/** Registers a `DoctorCheckProvider`. `doctor` creates it without initialising its module. */
export const DoctorCheck = extensionDecorator<DoctorCheckOptions>();

/** Longer than the slowest check: a few requests to a silent server. */
const CHECK_TIMEOUT_MS = 30_000;

type RegisteredCheck = DoctorCheckOptions & { readonly provider: DoctorCheckProvider };

/** Runs the checks of all modules. */
@Injectable()
export class Doctor {
  constructor(private readonly extensions: Extensions) {}

  /** The findings, grouped by topic, in the order that `after` requires. */
  async run(): Promise<TopicFinding[]> {
    const findings: TopicFinding[] = [];
    const faulty = new Set<string>();
    for (const { topic, parts } of inOrder(this.parts())) {
      const own: Finding[] = [];
      for (const part of parts) own.push(...(await findingsOf(part, faulty)));
      if (worstLevel(own) === 'fault' || parts.some(({ after }) => hasFault(after, faulty)))
        faulty.add(topic);
      findings.push(...own.map((finding) => ({ topic, ...finding })));
    }
    return findings;
  }

  private parts(): RegisteredCheck[] {
    const found = this.extensions.of<DoctorCheckProvider, DoctorCheckOptions>(DoctorCheck);
    return found.map(({ options, provider }) => ({ ...options, provider }));
  }
}

async function findingsOf(
  { after, provider }: RegisteredCheck,
  faulty: ReadonlySet<string>,
): Promise<Finding[]> {
  if (hasFault(after, faulty))
    return [{ level: 'warning', message: `not checked because of the fault under "${after}"` }];
  try {
    return await withDeadline(CHECK_TIMEOUT_MS, async () => provider.check());
  } catch (error) {
    return [{ level: 'fault', message: `the check failed: ${reasonOf(error)}` }];
  }
}

function hasFault(topic: string | undefined, faulty: ReadonlySet<string>): topic is string {
  return topic !== undefined && faulty.has(topic);
}

/** @throws Error where topics depend on each other in a cycle */
function inOrder(
  parts: readonly RegisteredCheck[],
): { readonly topic: string; readonly parts: readonly RegisteredCheck[] }[] {
  const topics = [...new Set(parts.map(({ topic }) => topic))];
  const done: string[] = [];
  while (done.length < topics.length) {
    const open = topics.filter((topic) => !done.includes(topic));
    const waits = (topic: string) =>
      parts.some((part) => part.topic === topic && part.after !== undefined && open.includes(part.after));
    const next = open.find((topic) => !waits(topic));
    if (next === undefined) throw new Error(`@DoctorCheck() topics depend on each other: ${open.join(', ')}`);
    done.push(next);
  }
  return done.map((topic) => ({ topic, parts: parts.filter((part) => part.topic === topic) }));
}
