namespace Steering.Fuzz;

/// <summary>What one input did.</summary>
/// <param name="Escaped">The exception that came out, or null where the input was accepted.</param>
/// <param name="Allocated">Bytes allocated on the managed heap.</param>
/// <param name="Elapsed">Processor time of the process meanwhile.</param>
internal readonly record struct FuzzOutcome(Exception? Escaped, long Allocated, TimeSpan Elapsed);
