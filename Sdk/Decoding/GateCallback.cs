namespace Steering.Decoding;

/// <summary>Decides, before each forward pass, whether an intervention with a callback gate acts on its tokens.</summary>
/// <param name="context">Where the decoding stands.</param>
/// <returns>Whether the intervention acts.</returns>
public delegate bool GateCallback(in GateContext context);
