import { sourceOf } from './source';

describe('the source of a request', () => {
  it.each([
    ['an IPv4 address', '203.0.113.9', '203.0.113.9'],
    ['the /64 of an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['the same for every address of it', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['the same however it is written', '2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['shortened at the front', '::1', '0:0:0:0::/64'],
    ['shortened in the middle', '2001:db8::5:6:7:8', '2001:db8:0:0::/64'],
    ['shortened within the /64', '2001:db8::2:0:0:0:1', '2001:db8:0:2::/64'],
    ['shortened at the end', '2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['nothing at all', '::', '0:0:0:0::/64'],
    ['the IPv4 address that NAT64 translated', '64:ff9b::203.0.113.9', '203.0.113.9'],
    ['the IPv4 address in hex', '::ffff:cb00:7109', '203.0.113.9'],
    ['the IPv4 address in full', '0:0:0:0:0:ffff:203.0.113.9', '203.0.113.9'],
  ])('is %s', (_, address, source) => {
    expect(sourceOf(address)).toBe(source);
  });

  it('is one for all whose address is not known', () => {
    expect(sourceOf(null)).toBe(sourceOf(null));
  });
});
