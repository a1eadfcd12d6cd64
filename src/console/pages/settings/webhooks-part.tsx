import { useSearchParams } from 'wouter';
import { EndpointList } from './endpoint-list.js';
import { EndpointView } from './endpoint-view.js';

/** Where events are sent to; `?endpoint=` opens one. */
export function WebhooksPart() {
  const [params] = useSearchParams();
  const id = params.get('endpoint');
  return id === null ? <EndpointList /> : <EndpointView id={id} />;
}
