import { Injectable } from '@nestjs/common';
import { withDeadline } from '../deadline';
import { reasonOf } from '../errors';
import { Extensions, extensionDecorator } from '../extensions';
import { type Finding, worstLevel } from './finding';

/** What a module can tell of its own state: it reads, and changes nothing. */
export interface DoctorCheckProvider {
  check(): Promise<Finding[]>;
}

export interface DoctorCheckOptions {
  /** What the findings stand under; several providers may share one. */
  readonly topic: string;
  /** A topic without whose health there is nothing to look at: where that has a fault, this one is left out. */
  readonly after?: string;
}

export interface TopicFinding extends Finding {
  readonly topic: string;
}

/** Makes a provider, a `DoctorCheckProvider`, part of what `doctor` tells. It is made, but its module is not begun. */
export const DoctorCheck = extensionDecorator<DoctorCheckOptions>();

/** Longer than the slowest of ours may take, a handful of requests to a silent server. */
const PATIENCE_MS = 30_000;

type Part = DoctorCheckOptions & { readonly provider: DoctorCheckProvider };

/** All of them, whichever module they are of. */
@Injectable()
export class Doctor {
  constructor(private readonly extensions: Extensions) {}

  /** Those of a topic together, and each topic later than the one it comes after. */
  async run(): Promise<TopicFinding[]> {
    const findings: TopicFinding[] = [];
    const ill = new Set<string>();
    for (const { topic, parts } of inOrder(this.parts())) {
      const own: Finding[] = [];
      for (const part of parts) own.push(...(await findingsOf(part, ill)));
      if (worstLevel(own) === 'fault' || parts.some(({ after }) => isIll(after, ill))) ill.add(topic);
      findings.push(...own.map((finding) => ({ topic, ...finding })));
    }
    return findings;
  }

  private parts(): Part[] {
    const found = this.extensions.of<DoctorCheckProvider, DoctorCheckOptions>(DoctorCheck);
    return found.map(({ options, provider }) => ({ ...options, provider }));
  }
}

async function findingsOf({ after, provider }: Part, ill: ReadonlySet<string>): Promise<Finding[]> {
  if (isIll(after, ill))
    return [{ level: 'warning', message: `not looked at, because of the fault under "${after}"` }];
  try {
    return await withDeadline(PATIENCE_MS, async () => provider.check());
  } catch (error) {
    return [{ level: 'fault', message: `could not be looked at: ${reasonOf(error)}` }];
  }
}

function isIll(topic: string | undefined, ill: ReadonlySet<string>): topic is string {
  return topic !== undefined && ill.has(topic);
}

/** @throws Error where topics wait for each other */
function inOrder(parts: readonly Part[]): { readonly topic: string; readonly parts: readonly Part[] }[] {
  const topics = [...new Set(parts.map(({ topic }) => topic))];
  const done: string[] = [];
  while (done.length < topics.length) {
    const open = topics.filter((topic) => !done.includes(topic));
    const waits = (topic: string) =>
      parts.some((part) => part.topic === topic && part.after !== undefined && open.includes(part.after));
    const next = open.find((topic) => !waits(topic));
    if (next === undefined) throw new Error(`@Diagnosis() topics wait for each other: ${open.join(', ')}`);
    done.push(next);
  }
  return done.map((topic) => ({ topic, parts: parts.filter((part) => part.topic === topic) }));
}
