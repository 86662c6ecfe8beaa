namespace Steering.Decoding;

/// <summary>What a gate callback sees: the state before the forward pass that it decides about.</summary>
public readonly ref struct GateContext
{
    /// <summary>Creates the context.</summary>
    public GateContext(bool isPrompt, int generatedTokens, int lastTokenId, ReadOnlySpan<float> activations)
    {
        IsPrompt = isPrompt;
        GeneratedTokens = generatedTokens;
        LastTokenId = lastTokenId;
        Activations = activations;
    }

    /// <summary>Whether the pass is over the prompt.</summary>
    public bool IsPrompt { get; }

    /// <summary>Number of tokens generated so far.</summary>
    public int GeneratedTokens { get; }

    /// <summary>The token that the pass will read, or the prompt's last token.</summary>
    public int LastTokenId { get; }

    /// <summary>[M] activations of the rows at the intervention's site, of the latest position computed; empty before the prompt.</summary>
    public ReadOnlySpan<float> Activations { get; }
}

/// <summary>Decides, before each forward pass, whether an intervention with a callback gate acts on its tokens.</summary>
/// <param name="context">Where the decoding stands.</param>
/// <returns>Whether the intervention acts.</returns>
public delegate bool GateCallback(in GateContext context);
