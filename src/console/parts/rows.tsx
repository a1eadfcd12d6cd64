import { Skeleton, Table } from '@mantine/core';
import type { ReactNode } from 'react';

export interface Column<Row> {
  readonly head: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  /** Left out on a phone, where a row shows only what matters. */
  readonly wide?: boolean;
  readonly align?: 'left' | 'right';
}

interface RowsProps<Row> {
  /** For screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  /** Undefined while they load. */
  readonly rows: readonly Row[] | undefined;
  readonly keyOf: (row: Row) => string;
}

const loadingRows = ['a', 'b', 'c', 'd', 'e'];

/** A table of one page of a list; fits a phone by leaving columns out. */
export function Rows<Row>({ caption, columns, rows, keyOf }: RowsProps<Row>) {
  const look = ({ wide, align }: Column<Row>) => ({
    ...(wide ? { visibleFrom: 'sm' as const } : {}),
    ...(align ? { ta: align } : {}),
  });
  return (
    <Table.ScrollContainer minWidth={0} tabIndex={0} role="region" aria-label={caption}>
      <Table verticalSpacing="xs" highlightOnHover aria-busy={rows === undefined}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column, index) => (
              <Table.Th key={index} scope="col" {...look(column)}>
                {column.head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows === undefined
            ? loadingRows.map((key) => (
                <Table.Tr key={key}>
                  {columns.map((column, index) => (
                    <Table.Td key={index} {...look(column)}>
                      <Skeleton height={14} my={4} />
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))
            : rows.map((row) => (
                <Table.Tr key={keyOf(row)}>
                  {columns.map((column, index) => (
                    <Table.Td key={index} className="row-cell" {...look(column)}>
                      {column.cell(row)}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
