import type { ProxiedAnswer } from './spoiling-proxy.js';

/** The answer of a call whose one response message is this. */
export function ewsAnswer(operation: string, message: string, wrapper = 'ResponseMessages'): ProxiedAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body: `<?xml version="1.0" encoding="utf-8"?><SOAP:Envelope xmlns:SOAP="http://schemas.xmlsoap.org/soap/envelope/"><SOAP:Body><m:${operation}Response xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><m:${wrapper}>${message}</m:${wrapper}></m:${operation}Response></SOAP:Body></SOAP:Envelope>`,
  };
}

export const ewsSuccess = (operation: string, wrapper?: string): ProxiedAnswer =>
  ewsAnswer(
    operation,
    `<m:${operation}ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode></m:${operation}ResponseMessage>`,
    wrapper,
  );

export const ewsError = (operation: string, code: string): ProxiedAnswer =>
  ewsAnswer(
    operation,
    `<m:${operation}ResponseMessage ResponseClass="Error"><m:MessageText>${code}</m:MessageText><m:ResponseCode>${code}</m:ResponseCode></m:${operation}ResponseMessage>`,
  );
