namespace Steering.Export.Hub;

/// <summary>What a repository of a Hugging Face-compatible host holds.</summary>
public enum HubRepositoryKind
{
    /// <summary>Models; their addresses have no prefix. Most SAEs are published as models.</summary>
    Model,

    /// <summary>Data sets, written <c>datasets/ORG/NAME</c>.</summary>
    Dataset,
}
