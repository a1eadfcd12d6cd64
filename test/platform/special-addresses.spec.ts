import fc from 'fast-check';
import { kindOfAddress, mappedIpv4 } from '../../src/platform/network/special-addresses.js';

describe('an address', () => {
  it.each([
    ...['169.254.169.254', '169.254.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '240.0.0.1', '168.63.129.16'],
    ...['100.100.100.200', '192.0.0.192', '::', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'ff02::1'],
    ...['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254'],
    // The same ones inside of IPv6: mapped, translated, NAT64, 6to4, Teredo, compatible.
    ...['::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '::ffff:0:169.254.169.254', '64:ff9b::169.254.169.254'],
    ...['64:ff9b:1::a9fe:a9fe', '2002:a9fe:a9fe::1', '2001:0:1:2:3:4:5601:5601', '::169.254.169.254'],
    ...['', 'mail.example.com', '169.254.169.254.', '1.2.3', '::ffff:1.2.3.4.5'],
  ])('%s is for nobody', (address) => expect(kindOfAddress(address)).toBe('never'));

  it.each([
    ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1', '100.64.0.1', '198.18.0.1'],
    ...['::1', 'fc00::1', 'fdff::1', 'fd00::1', '::ffff:127.0.0.1', '64:ff9b::10.0.0.1', '2002:808:808::1'],
    ...['2001:db8::1', '2001:0:1:2:3:4:f7f7:f7f7', '::8.8.8.8', '5f00::1'],
  ])('%s is private', (address) => expect(kindOfAddress(address)).toBe('private'));

  it.each([
    ...['8.8.8.8', '172.32.0.1', '192.169.0.1', '100.128.0.1', '168.63.129.17', '2606:4700::1111', '2a00::1'],
    // NAT64 is how a network without IPv4 reaches public servers.
    ...['64:ff9b::8.8.8.8', '::ffff:8.8.8.8'],
  ])('%s is public', (address) => expect(kindOfAddress(address)).toBe('public'));

  it('is of one kind in all of its spellings', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        const hex = `::ffff:${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        const kinds = [`::ffff:${address}`, hex, `0:0:0:0:0:FFFF:${address}`].map(kindOfAddress);
        expect(new Set(kinds)).toEqual(new Set([kindOfAddress(address)]));
        expect(mappedIpv4(hex)).toBe([a, b, c, d].join('.'));
      }),
    );
  });
});
