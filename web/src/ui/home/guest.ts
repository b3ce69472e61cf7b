export interface Guest {
  name: string;
  post: string;
  centre_id: string | null;
}
