/** The API group of the homelab kinds. */
export const GROUP = 'homelab.mortenolsen.pro';
