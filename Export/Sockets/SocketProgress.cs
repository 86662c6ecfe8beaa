namespace Steering.Export.Sockets;

/// <summary>How far socketing is.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Fraction">Share of all work done, 0 … 1.</param>
public readonly record struct SocketProgress(string Stage, double Fraction);
