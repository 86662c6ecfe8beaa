namespace Steering.Analysis.Windows;

/// <summary>One sequence that the model runs over, with what is known of its tokens.</summary>
public sealed record TokenWindow
{
    /// <summary>Number of the window in the corpus, from 0.</summary>
    public required long Number { get; init; }

    /// <summary>Token ids; their index is their position.</summary>
    public required int[] Ids { get; init; }

    /// <summary>Number of the document that each token belongs to.</summary>
    public required long[] Documents { get; init; }

    /// <summary>Who speaks each token.</summary>
    public required TokenRole[] Roles { get; init; }
}
