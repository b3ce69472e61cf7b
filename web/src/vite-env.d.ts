/// <reference types="svelte" />
/// <reference types="vite/client" />

// The light build has the full build's types, less what it leaves out.
declare module 'hls.js/light' {
  export * from 'hls.js';
  export { default } from 'hls.js';
}
