import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { externalThingDefinition } from '../../examples/external-thing/external-thing.ts';
import type { AnyDefinition } from '../../src/framework/framework.ts';
import { definitions } from '../../src/resources/resources.ts';
import { specimenDefinition } from '../conformance/specimen.ts';
import { clearFaultReport, printFaultReport } from '../faults/fault-report.ts';
import { startWithHearth } from './install-hearth.ts';
import { stackDefinition } from './stack.ts';

/** By its path only, because the guide's text compiles under settings of its own. */
const EXAMPLE: string = join(import.meta.dirname, '../../examples/my-resource/my-resource.ts');

/** Starts one control plane for the whole run, with the kinds of Hearth and of the examples. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { myResourceDefinition } = (await import(EXAMPLE)) as { myResourceDefinition: AnyDefinition };
  const examples = [myResourceDefinition, externalThingDefinition];
  const testenv = await startWithHearth([...definitions, ...examples, stackDefinition, specimenDefinition()]);
  project.provide('testenv', testenv.handle);
  clearFaultReport();
  return async () => {
    printFaultReport();
    await testenv.stop();
  };
}
