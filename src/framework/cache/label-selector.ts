type Labels = Readonly<Record<string, string>>;

/**
 * Whether labels match a selector as the server understands it: `a=b`, `a!=b`, `a`, `!a`, `a in (b,c)` and
 * `a notin (b,c)`, separated by commas.
 */
export function matchesSelector(labels: Labels, selector: string): boolean {
  const requirements = selector.split(/,(?![^(]*\))/).map((text) => text.trim());
  return requirements.every((requirement) => requirement === '' || matches(labels, requirement));
}

function matches(labels: Labels, requirement: string): boolean {
  const [, key = '', not, list = ''] = requirement.match(/^(\S+)\s+(not)?in\s*\((.*)\)$/) ?? [];
  if (key !== '') {
    const value = labels[key];
    const isListed = value !== undefined && list.split(',').some((each) => each.trim() === value);
    return isListed !== (not !== undefined);
  }
  const [, name = '', operator, value] = requirement.match(/^!?([^=!\s]+)\s*(==|!=|=)?\s*(\S*)$/) ?? [];
  if (operator === undefined) {
    return name in labels !== requirement.startsWith('!');
  }
  return (labels[name] === value) !== (operator === '!=');
}
