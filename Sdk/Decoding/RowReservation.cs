using Steering.Saes;

namespace Steering.Decoding;

/// <summary>Room kept at a site for rows that are plugged in later; neutral until then.</summary>
/// <param name="Site">Site name.</param>
/// <param name="Rows">Number of rows in all, those of the first policy included.</param>
/// <param name="Encoder">The encoder that later rows will compete in, or null.</param>
public sealed record RowReservation(string Site, int Rows, CompetingEncoder? Encoder = null);
