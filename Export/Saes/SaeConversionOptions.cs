namespace Steering.Export.Saes;

/// <summary>How <see cref="SaeConverter"/> converts.</summary>
public sealed record SaeConversionOptions
{
    /// <summary>What to fold into the weights; what is not folded is written as it is.</summary>
    public SaeFolds Folds { get; init; }

    /// <summary>The site it reads, as in <c>resid_post.15</c>, for files that do not say; null: what the file says.</summary>
    public string? Site { get; init; }

    /// <summary>The model it was trained on, for files that do not say; null: what the file says.</summary>
    public string? ModelName { get; init; }

    /// <summary>Replaces a SAELens folder that exists.</summary>
    public bool Overwrite { get; init; }
}
