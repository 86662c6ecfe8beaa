namespace Steering;

/// <summary>What a request, or the policy it brings, refers to by name.</summary>
public enum NamedKind
{
    /// <summary>A policy that was registered.</summary>
    Policy,

    /// <summary>An SAE, by its id.</summary>
    Sae,

    /// <summary>A feature of an SAE, by its number.</summary>
    Feature,

    /// <summary>A site of the model.</summary>
    Site,

    /// <summary>A gate's callback.</summary>
    Callback,
}
