import { Radio, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { ReachField } from './profile-reach.js';
import { reachFor, roles, roleWords, type Role } from './user-words.js';

export interface RoleAndReach {
  readonly role: Role;
  readonly profileIds: readonly string[] | null;
}

interface RoleFieldsProps {
  readonly value: RoleAndReach;
  readonly onChange: (value: RoleAndReach) => void;
  readonly profilesError?: ReactNode;
}

/** The role of a user with what it allows, and the profiles where it is limited to some. */
export function RoleFields({ value: { role, profileIds }, onChange, profilesError }: RoleFieldsProps) {
  return (
    <Stack gap="sm">
      <Radio.Group
        label="Role"
        value={role}
        onChange={(next: Role) => onChange({ role: next, profileIds: reachFor(next, profileIds) })}
      >
        <Stack gap={8} mt={4}>
          {roles.map((one) => (
            <Radio key={one} value={one} label={roleWords[one].label} description={roleWords[one].may} />
          ))}
        </Stack>
      </Radio.Group>
      {role !== 'admin' && (
        <ReachField
          key={role}
          value={profileIds}
          onChange={(next) => onChange({ role, profileIds: next })}
          mayBeAll={role === 'viewer'}
          error={profilesError}
        />
      )}
    </Stack>
  );
}
