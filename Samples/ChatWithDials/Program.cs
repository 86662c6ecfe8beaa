using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Steering;
using Steering.Chat;

// Model, SAEs and policies come from appsettings.json, or from the command line (--Steering:ModelPath models/mine).
var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Services.AddSteering(builder.Configuration.GetSection("Steering"));
builder.Services.AddSteeredChatClient(defaults => defaults.MaxOutputTokens = 256);
using var host = builder.Build();
try
{
    await host.StartAsync();
}
catch (SteeringException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

var chat = host.Services.GetRequiredService<IChatClient>();
var policies = host.Services.GetRequiredService<SteeringEngine>().PolicyNames;
Console.WriteLine($"Policies: {string.Join(", ", policies.Order(StringComparer.Ordinal))}. /use NAME steers, /use none stops.");

var history = new List<ChatMessage>();
var options = new ChatOptions();
for (Console.Write("> "); Console.ReadLine() is { } line; Console.Write("> "))
{
    if (line.StartsWith("/use ", StringComparison.Ordinal))
    {
        var name = line[5..].Trim();
        if (name is not "none" && !policies.Contains(name, StringComparer.Ordinal))
        {
            Console.WriteLine($"There is no policy '{name}'.");
            continue;
        }

        options = name is "none" ? new ChatOptions() : new ChatOptions().WithSteering(name);
        continue;
    }

    history.Add(new ChatMessage(ChatRole.User, line));
    var updates = new List<ChatResponseUpdate>();
    await foreach (var update in chat.GetStreamingResponseAsync(history, options))
    {
        Console.Write(update.Text);
        updates.Add(update);
    }

    Console.WriteLine();
    history.AddMessages(updates);
}

return 0;
