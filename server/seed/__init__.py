"""A seeded academy: Kazakhstan's regions, centres, people and seminars."""
